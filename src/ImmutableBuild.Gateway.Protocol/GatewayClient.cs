using System.Collections.Immutable;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Drift;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Gateway;

/// <summary>
/// Speaks to one gateway. Refusals come back as the <see cref="ImmutableBuildException"/> the gateway gave; when the gateway
/// can't be reached, or its reply is lost or late, that is a transient IMB6003: observe to learn what took effect.
/// </summary>
public sealed class GatewayClient : IAsyncDisposable
{
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan UpgradePatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan UpgradeInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan EmptyInterval = TimeSpan.FromMilliseconds(100);

    private readonly AppKey _app;
    private readonly HttpClient _http;

    /// <summary>Speaks to the gateway of <paramref name="app"/> over the streams that <paramref name="connect"/> opens.</summary>
    /// <param name="app">The app.</param>
    /// <param name="connect">Opens a stream to the control socket.</param>
    /// <param name="keepsStreams">Use a stream for several calls, where opening one is expensive. A call over the stream of a gateway that was killed since is lost then, as any reply may be.</param>
    public GatewayClient(AppKey app, Func<CancellationToken, ValueTask<Stream>> connect, bool keepsStreams = false)
    {
        _app = app;
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = (_, cancellationToken) => connect(cancellationToken),
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,

            // A connection for each call, unless streams are kept: no call is written to the connection of a gateway that was killed since.
            PooledConnectionLifetime = keepsStreams ? Timeout.InfiniteTimeSpan : TimeSpan.Zero,
        };
        _http = new HttpClient(handler)
        {
            BaseAddress = new Uri("http://gateway"),
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = GatewayProtocol.MaximumReplyBytes,
        };
    }

    /// <summary>Speaks to the gateway that keeps its state in <paramref name="stateDirectory"/> on this machine.</summary>
    public static GatewayClient ForState(AppKey app, string stateDirectory)
    {
        var path = ControlSocket.PathFor(stateDirectory);
        return new GatewayClient(app, cancellationToken => ControlSocket.ConnectAsync(path, cancellationToken));
    }

    /// <summary>Who the gateway is.</summary>
    public Task<GatewayInfo> InfoAsync(CancellationToken cancellationToken) =>
        AskAsync(HttpMethod.Get, GatewayProtocol.InfoPath, null, ProtocolJson.Default.GatewayInfo, cancellationToken);

    /// <inheritdoc cref="IDeploymentTarget.ObserveAsync"/>
    public Task<Observation> ObserveAsync(CancellationToken cancellationToken) =>
        AskAsync(HttpMethod.Get, GatewayProtocol.ObservationPath, null, ProtocolJson.Default.Observation, cancellationToken);

    /// <inheritdoc cref="IDeploymentTarget.AcquireLeaseAsync"/>
    public Task<Lease> AcquireLeaseAsync(LeaseRequest request, CancellationToken cancellationToken) =>
        AskAsync(HttpMethod.Post, GatewayProtocol.LeasePath, Body(request, ProtocolJson.Default.LeaseRequest), ProtocolJson.Default.Lease, cancellationToken);

    /// <inheritdoc cref="IDeploymentTarget.ReleaseLeaseAsync"/>
    public Task ReleaseLeaseAsync(Lease lease, CancellationToken cancellationToken) =>
        OrderAsync(HttpMethod.Post, GatewayProtocol.LeaseReleasePath, Leased(lease), CallTimeout, cancellationToken);

    /// <summary>Begins to create <paramref name="spec"/> with the processes of <paramref name="launch"/>; see <see cref="IDeploymentTarget.CreateAsync"/>.</summary>
    public Task CreateAsync(GenerationSpec spec, LaunchPlan launch, Lease lease, CancellationToken cancellationToken) =>
        OrderAsync(HttpMethod.Post, GatewayProtocol.GenerationsPath, Body(new CreateRequest(spec, launch, lease), ProtocolJson.Default.CreateRequest), CallTimeout, cancellationToken);

    /// <summary>
    /// Begins to watch the instances of <paramref name="spec"/> at <paramref name="places"/>, which something else starts: told first, so
    /// that none exists that nobody knows of, and once more when <paramref name="allStarted"/>.
    /// </summary>
    public Task CreateAsync(GenerationSpec spec, ImmutableArray<InstancePlace> places, bool allStarted, Lease lease, CancellationToken cancellationToken) =>
        OrderAsync(HttpMethod.Post, GatewayProtocol.GenerationsPath, Body(new CreateRequest(spec, null, lease) { Places = places, AllStarted = allStarted }, ProtocolJson.Default.CreateRequest), CallTimeout, cancellationToken);

    /// <inheritdoc cref="IDeploymentTarget.RouteAsync"/>
    public Task RouteAsync(Route route, Lease lease, CancellationToken cancellationToken) =>
        OrderAsync(HttpMethod.Put, GatewayProtocol.RoutePath, Body(new RouteRequest(route, lease), ProtocolJson.Default.RouteRequest), CallTimeout, cancellationToken);

    /// <inheritdoc cref="IDeploymentTarget.DestroyAsync"/>
    public Task DestroyAsync(GenerationId id, Lease lease, CancellationToken cancellationToken) =>
        OrderAsync(HttpMethod.Post, GatewayProtocol.DestroyPath(id), Leased(lease), CallTimeout, cancellationToken);

    /// <inheritdoc cref="IDeploymentTarget.RecordAsync"/>
    public Task RecordAsync(LedgerEntry entry, Lease lease, CancellationToken cancellationToken) =>
        OrderAsync(HttpMethod.Post, GatewayProtocol.LedgerPath, Body(new AppendRequest(entry, lease), ProtocolJson.Default.AppendRequest), CallTimeout, cancellationToken);

    /// <inheritdoc cref="IDeploymentTarget.ReadLogAsync"/>
    public async Task<IReadOnlyList<string>> ReadLogAsync(GenerationId id, string instance, int lines, CancellationToken cancellationToken)
    {
        var reply = await AskAsync(HttpMethod.Get, GatewayProtocol.LogPath(id, instance, lines), null, ProtocolJson.Default.LogReply, cancellationToken);
        return reply.Lines;
    }

    /// <summary>
    /// Has the program in <paramref name="directory"/> take the gateway's place, and waits until it serves. IMB6061 when it does not come to that; the one that
    /// served then goes on, and the lease is given back.
    /// </summary>
    public async Task UpgradeAsync(string directory, Lease lease, TimeProvider time, CancellationToken cancellationToken)
    {
        await OrderAsync(HttpMethod.Post, GatewayProtocol.UpgradePath, Body(new UpgradeRequest(directory, lease), ProtocolJson.Default.UpgradeRequest), CallTimeout, cancellationToken);
        for (var began = time.GetTimestamp(); time.GetElapsedTime(began) < UpgradePatience; await Task.Delay(UpgradeInterval, time, cancellationToken))
        {
            try
            {
                var info = await InfoAsync(cancellationToken);
                if (IsOf(info.Program, directory))
                {
                    return;
                }

                if (!IsOf(info.Next, directory))
                {
                    break;
                }
            }
            catch (ImmutableBuildException between) when (between.IsTransient)
            {
                // The old gateway has left the socket, and the new one has not taken it yet: ask again.
            }
        }

        // This release ends here: the next one must not have to wait for its lease to expire.
        await ReleaseLeaseAsync(lease, cancellationToken);
        throw GatewayErrors.NotUpgraded(_app, directory);
    }

    /// <summary>One step of replacing <paramref name="instance"/>; see <see cref="IDeploymentTarget.ReplaceAsync"/>. To begin where something else starts instances, <paramref name="place"/> says where the fresh one will be.</summary>
    public Task ReplaceAsync(GenerationId id, string instance, ReplacementStep change, InstancePlace? place, Lease lease, CancellationToken cancellationToken) =>
        OrderAsync(HttpMethod.Post, GatewayProtocol.ReplacementPath(id, instance), Body(new ReplaceRequest(change, lease) { Place = place }, ProtocolJson.Default.ReplaceRequest), CallTimeout, cancellationToken);

    /// <summary>
    /// Takes all traffic away and destroys every generation; returns once they are gone, however long they drain. The gateway goes on, and the lease with
    /// it, which may be renewed meanwhile. IMB6002 when it is lost.
    /// </summary>
    public async Task EmptyAsync(Lease lease, TimeProvider time, CancellationToken cancellationToken)
    {
        await RouteAsync(Route.None, lease, cancellationToken);
        foreach (var generation in (await ObserveAsync(cancellationToken)).Generations)
        {
            await DestroyAsync(generation.Id, lease, cancellationToken);
        }

        while (!IsEmpty(await ObserveAsync(cancellationToken), lease))
        {
            await Task.Delay(EmptyInterval, time, cancellationToken);
        }
    }

    /// <summary>Takes everything down but the ledger; returns once it is down. The gateway gives nobody the lease any more, and its process ends right after.</summary>
    public Task StopAsync(Lease lease, CancellationToken cancellationToken) =>
        OrderAsync(HttpMethod.Post, GatewayProtocol.StopPath, Leased(lease), StopTimeout, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    // Whoever has got the lease since has begun anew: what is there then is theirs.
    private bool IsEmpty(Observation observed, Lease lease) => observed.Lease?.FencingToken == lease.FencingToken ? observed.Generations.IsEmpty : throw DeployErrors.LeaseLost(_app, lease);

    // By the directory's name, which follows from the program: a way to it may lead through links, and a program knows only where they lead to.
    private static bool IsOf(string? program, string directory) => program is not null && Path.GetFileName(program) == Path.GetFileName(directory);

    private static JsonContent Leased(Lease lease) => Body(new LeasedRequest(lease), ProtocolJson.Default.LeasedRequest);

    private static JsonContent Body<T>(T message, JsonTypeInfo<T> type) => JsonContent.Create(message, type);

    private async Task<T> AskAsync<T>(HttpMethod method, string path, HttpContent? body, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        var json = await SendAsync(method, path, body, CallTimeout, cancellationToken);
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw GatewayErrors.ReplyNotUnderstood(_app, $"{method} {path} answered null");
        }
        catch (JsonException fault)
        {
            throw GatewayErrors.ReplyNotUnderstood(_app, $"{method} {path}: {fault.Message}", fault);
        }
    }

    private async Task OrderAsync(HttpMethod method, string path, HttpContent body, TimeSpan timeout, CancellationToken cancellationToken) =>
        await SendAsync(method, path, body, timeout, cancellationToken);

    private async Task<byte[]> SendAsync(HttpMethod method, string path, HttpContent? body, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        using var request = new HttpRequestMessage(method, path) { Content = body };
        try
        {
            using var response = await _http.SendAsync(request, limit.Token);
            var content = await response.Content.ReadAsByteArrayAsync(limit.Token);
            return response.IsSuccessStatusCode ? content : throw Refusal(response, content);
        }
        catch (OperationCanceledException fault) when (!cancellationToken.IsCancellationRequested)
        {
            throw DeployErrors.TargetUnavailable(_app, $"no reply to {method} {path} within {timeout.TotalSeconds:0} s", fault);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or UnauthorizedAccessException)
        {
            throw DeployErrors.TargetUnavailable(_app, $"{method} {path}: {fault.GetBaseException().Message}", fault);
        }
    }

    private ImmutableBuildException Refusal(HttpResponseMessage response, byte[] content)
    {
        try
        {
            var reply = JsonSerializer.Deserialize(content, ProtocolJson.Default.ErrorReply);
            if (reply is not null && ErrorCatalogue.Find(reply.Code) is { } descriptor)
            {
                return new ImmutableBuildException(new Diagnostic(descriptor, reply.Message)) { IsTransient = reply.IsTransient };
            }

            return GatewayErrors.ReplyNotUnderstood(_app, $"status {(int)response.StatusCode}, code {reply?.Code ?? "none"}: {reply?.Message}");
        }
        catch (JsonException fault)
        {
            return GatewayErrors.ReplyNotUnderstood(_app, $"status {(int)response.StatusCode} without an error message of the protocol", fault);
        }
    }
}
