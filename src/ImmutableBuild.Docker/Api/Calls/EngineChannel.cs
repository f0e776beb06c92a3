using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ImmutableBuild.Docker.Api.Streams;

namespace ImmutableBuild.Docker.Api.Calls;

/// <summary>Sends calls and understands replies; every failure is a <see cref="DockerApiException"/>.</summary>
/// <param name="connections">Carries the requests.</param>
/// <param name="prefix">The version, <c>/v1.41</c>; empty before one is agreed on.</param>
/// <param name="limits">How long and how much.</param>
/// <param name="time">The clock that limits go by.</param>
internal sealed class EngineChannel(EngineConnections connections, string prefix, EngineLimits limits, TimeProvider time)
{
    /// <summary>The limits of replies.</summary>
    public EngineLimits Limits => limits;

    /// <summary>A call that answers with JSON.</summary>
    public async Task<T> AskAsync<T>(EngineCall call, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class => await FindAsync(call, type, cancellationToken) ?? throw CallFaults.NotUnderstood(call.Operation, "null where an answer was expected");

    /// <summary>A call that answers with JSON, or <c>null</c>.</summary>
    public async Task<T?> FindAsync<T>(EngineCall call, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        var body = await InTimeAsync(call, async token =>
        {
            using var response = await SendAsync(call, token);
            return await BodyAsync(response, token) is { } read && read.Length <= limits.ReplyBytes ? read : throw TooLong(call);
        }, cancellationToken);
        return Parse(call, body, type);
    }

    /// <summary>A call that changes something. False when there was nothing to change (304).</summary>
    public Task<bool> OrderAsync(EngineCall call, CancellationToken cancellationToken) => InTimeAsync(call, async token =>
    {
        using var response = await SendAsync(call, token);
        return response.StatusCode != HttpStatusCode.NotModified;
    }, cancellationToken);

    /// <summary>A call of which only the head of the reply counts.</summary>
    public Task<T> HeadAsync<T>(EngineCall call, Func<HttpResponseMessage, T> read, CancellationToken cancellationToken) => InTimeAsync(call, async token =>
    {
        using var response = await SendAsync(call, token);
        return read(response);
    }, cancellationToken);

    /// <summary>A call that answers with a stream; the caller disposes it. Only the beginning of the reply has a limit.</summary>
    public async Task<CallStream> OpenAsync(EngineCall call, CancellationToken cancellationToken)
    {
        var response = await InTimeAsync(call, token => SendAsync(call, token), cancellationToken);
        return new CallStream(call.Operation, await response.Content.ReadAsStreamAsync(cancellationToken), response);
    }

    /// <summary>As <see cref="OpenAsync"/>, and what <paramref name="read"/> makes of the head.</summary>
    public async Task<(T Head, CallStream Body)> OpenAsync<T>(EngineCall call, Func<HttpResponseMessage, T> read, CancellationToken cancellationToken)
    {
        var response = await InTimeAsync(call, token => SendAsync(call, token), cancellationToken);
        try
        {
            return (read(response), new CallStream(call.Operation, await response.Content.ReadAsStreamAsync(cancellationToken), response));
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <summary>A call that answers with one JSON text a line, each given to <paramref name="each"/>. No line may come for <paramref name="silence"/>; null for ever.</summary>
    public async Task LinesAsync<T>(EngineCall call, JsonTypeInfo<T> type, TimeSpan? silence, Action<T> each, CancellationToken cancellationToken)
        where T : class
    {
        await using var stream = await OpenAsync(call, cancellationToken);
        var lines = new JsonLines(stream, limits.LineBytes, call.Operation);
        while (await NextLineAsync(lines, call, silence, cancellationToken) is { } line)
        {
            each(Parse(call, line.Span, type) ?? throw CallFaults.NotUnderstood(call.Operation, "null in a stream of JSON"));
        }
    }

    /// <summary>A call whose connection becomes a stream in both directions; the caller disposes it.</summary>
    public async Task<CallStream> HijackAsync(EngineCall call, CancellationToken cancellationToken)
    {
        var hijacked = await InTimeAsync(call, async token =>
        {
            using var request = Request(call);
            request.Headers.Connection.Add("Upgrade");
            request.Headers.Upgrade.Add(new("tcp"));
            return await AgreedAsync(call, await connections.HijackAsync(request, token), token);
        }, cancellationToken);
        return new CallStream(call.Operation, await hijacked.Response.Content.ReadAsStreamAsync(cancellationToken), hijacked, hijacked.Connection.CloseWriteAsync);
    }

    private async Task<Hijacked> AgreedAsync(EngineCall call, Hijacked hijacked, CancellationToken cancellationToken)
    {
        try
        {
            if (hijacked.Response.StatusCode == HttpStatusCode.SwitchingProtocols)
            {
                return hijacked;
            }

            throw hijacked.Response.IsSuccessStatusCode
                ? CallFaults.NotUnderstood(call.Operation, $"the connection was not handed over ({(int)hijacked.Response.StatusCode}): something between takes the Upgrade header away")
                : await RefusalAsync(call, hijacked.Response, cancellationToken);
        }
        catch
        {
            hijacked.Dispose();
            throw;
        }
    }

    private async Task<HttpResponseMessage> SendAsync(EngineCall call, CancellationToken cancellationToken)
    {
        using var request = Request(call);
        var response = await connections.SendAsync(request, cancellationToken);
        if (response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.NotModified)
        {
            return response;
        }

        using (response)
        {
            throw await RefusalAsync(call, response, cancellationToken);
        }
    }

    private HttpRequestMessage Request(EngineCall call)
    {
        var request = new HttpRequestMessage(call.Method, new Uri($"http://docker{prefix}{call.Path}")) { Content = call.Content?.Invoke() ?? Nothing(call) };
        request.Headers.UserAgent.ParseAdd("ImmutableBuild/0.1");
        request.Headers.ExpectContinue = call.Uploads ? true : null;
        if (call.RegistryAuth is { } auth)
        {
            request.Headers.Add("X-Registry-Auth", auth);
        }

        if (call.RegistryConfiguration is { } configuration)
        {
            request.Headers.Add("X-Registry-Config", configuration);
        }

        return request;
    }

    // .NET sends a request without a body up to four times when no reply comes, whatever its method and even over new connections. A change is asked for once.
    private static ByteArrayContent? Nothing(EngineCall call) => call.Method == HttpMethod.Get || call.Method == HttpMethod.Head ? null : new ByteArrayContent([]);

    private async Task<T> InTimeAsync<T>(EngineCall call, Func<CancellationToken, Task<T>> send, CancellationToken cancellationToken)
    {
        var longest = limits.Reply + call.Patience;
        using var late = new CancellationTokenSource(longest, time);
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            return await send(bounded.Token);
        }
        catch (OperationCanceledException fault) when (!cancellationToken.IsCancellationRequested)
        {
            throw CallFaults.Late(call.Operation, longest, fault);
        }
        catch (Exception fault) when (CallFaults.Knows(fault))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw CallFaults.Translate(call.Operation, fault);
        }
    }

    private async Task<ReadOnlyMemory<byte>?> NextLineAsync(JsonLines lines, EngineCall call, TimeSpan? silence, CancellationToken cancellationToken)
    {
        using var quiet = silence is { } longest ? new CancellationTokenSource(longest, time) : new CancellationTokenSource();
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, quiet.Token);
        try
        {
            return await lines.NextAsync(bounded.Token);
        }
        catch (OperationCanceledException fault) when (quiet.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw CallFaults.Late(call.Operation, silence!.Value, fault);
        }
    }

    private async Task<DockerApiException> RefusalAsync(EngineCall call, HttpResponseMessage response, CancellationToken cancellationToken) =>
        CallFaults.Refused(call.Operation, response.StatusCode, CallFaults.EngineSays(await BoundedBytes.ReadAsync(await response.Content.ReadAsStreamAsync(cancellationToken), limits.ErrorBytes, cancellationToken)));

    private async Task<byte[]> BodyAsync(HttpResponseMessage response, CancellationToken cancellationToken) =>
        await BoundedBytes.ReadAsync(await response.Content.ReadAsStreamAsync(cancellationToken), limits.ReplyBytes + 1, cancellationToken);

    private DockerApiException TooLong(EngineCall call) => CallFaults.NotUnderstood(call.Operation, $"a reply of more than {limits.ReplyBytes} bytes");

    private static T? Parse<T>(EngineCall call, ReadOnlySpan<byte> json, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(json, type);
        }
        catch (JsonException fault)
        {
            throw CallFaults.NotUnderstood(call.Operation, $"no JSON of the kind expected (at {fault.Path ?? "its beginning"}, byte {fault.BytePositionInLine ?? 0})", fault);
        }
    }
}
