using System.Net;
using ImmutableBuild.Gateway.Forwarding;
using ImmutableBuild.Gateway.Routing;
using ImmutableBuild.Generations;

namespace ImmutableBuild.Gateway.Serving;

/// <summary>
/// Asks the public entry which generation answers, over a new connection each time: quickly after a switch, then once in a while (F24).
/// </summary>
internal sealed class ServingPathWatch(Uri? entry, RouteTable routes, ServingProbe probe, TimeProvider time) : IAsyncDisposable
{
    private const int Quick = 10;
    private static readonly TimeSpan QuickInterval = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan SlowInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _restarted = new(0, 1);
    private readonly HttpMessageInvoker _invoker = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        ActivityHeadersPropagator = null,
        PooledConnectionLifetime = TimeSpan.Zero,
    });

    private volatile Seen? _seen;
    private Task _watch = Task.CompletedTask;

    /// <summary>What answered since the route took its present form; null where nothing was asked yet.</summary>
    public ServingPath? Current => _seen is { } seen && ReferenceEquals(seen.Form, routes.Form) ? seen.Path : null;

    /// <summary>Begins to ask.</summary>
    public void Start() => _watch = entry is null ? Task.CompletedTask : WatchAsync();

    /// <summary>The route took a new form: asks it now.</summary>
    public void Restart()
    {
        if (_restarted.CurrentCount == 0)
        {
            _restarted.Release();
        }
    }

    /// <summary>Asks no more.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _watch;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _invoker.Dispose();
        _stopping.Dispose();
        _restarted.Dispose();
    }

    private async Task WatchAsync()
    {
        try
        {
            while (true)
            {
                var form = routes.Form;
                if (!form.Generations.IsEmpty)
                {
                    Learn(form, await AskAsync(form));
                }

                var quick = Current is { Consecutive: < Quick };
                await _restarted.WaitAsync(quick ? QuickInterval : SlowInterval, _stopping.Token);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The gateway ends.
        }
    }

    /// <summary>Only this loop writes, so what it read last is what was seen last.</summary>
    private void Learn(RouteForm form, string? answered)
    {
        var before = _seen is { } seen && ReferenceEquals(seen.Form, form) ? seen.Path : null;
        var generation = form.Generations.FirstOrDefault(generation => generation.Name == answered);
        _seen = new Seen(form, generation is null
            ? new ServingPath(null, 0) { FirstAnswerAt = before?.FirstAnswerAt }
            : new ServingPath(generation.Id, (before?.Consecutive ?? 0) + 1) { FirstAnswerAt = before?.FirstAnswerAt ?? time.GetUtcNow() });
    }

    /// <summary>The generation that answered; null when none did.</summary>
    private async Task<string?> AskAsync(RouteForm form)
    {
        using var late = new CancellationTokenSource(Patience, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _stopping.Token);
        var path = form.Generations[0].Configuration.Probe is { Kind: ProbeKind.Http } http ? http.Path : "/";
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(entry!, path)) { Version = HttpVersion.Version11 };
        request.Headers.TryAddWithoutValidation(ServingProbe.Field, probe.Secret);
        try
        {
            using var response = await _invoker.SendAsync(request, limit.Token);
            return response.Headers.NonValidated.TryGetValues(ServingProbe.GenerationField, out var named) ? named.ToString() : null;
        }
        catch (HttpRequestException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!_stopping.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>What was seen belongs to the form of the route it was asked under; an answer that comes after a switch counts for nothing.</summary>
    private sealed record Seen(RouteForm Form, ServingPath Path);
}
