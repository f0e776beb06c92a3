using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ImmutableBuild.Gateway.Forwarding;

/// <summary>Joins client and instance once the instance agreed to another protocol, until one of them ends or the stream limit comes.</summary>
internal static class TunnelRelay
{
    /// <summary>How long the second direction gets once the first has ended.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(2);

    /// <summary>Accepts the client's side and relays both ways. Returns when it is over, with both sides closed.</summary>
    /// <param name="exchange">The request that asked for it, with the answer's fields set.</param>
    /// <param name="instance">The instance's side.</param>
    /// <param name="protocol">What the instance switched to.</param>
    public static async Task RunAsync(Exchange exchange, Stream instance, string protocol)
    {
        await using var owned = instance;
        await using var client = await AcceptAsync(exchange, protocol);
        var isWebSocket = exchange.Tunnel != Tunnel.Opaque;
        using var limit = new Signal(exchange.Limits.Streams);
        var toClient = new TunnelPump(instance, client, isWebSocket ? WebSocketClose.FromServer : null, limit.Task);
        var toInstance = new TunnelPump(client, instance, isWebSocket ? WebSocketClose.FromClient : null, limit.Task);

        using var gone = new Signal(exchange.Http.RequestAborted);
        var downstream = toClient.RunAsync();
        var upstream = toInstance.RunAsync();
        await Task.WhenAny(downstream, upstream, gone.Task);
        if (isWebSocket && toClient.IsClosed && toInstance.IsClosed)
        {
            // Both have said their last, and a client waits for the end of the connection from this side (RFC 6455, 7.1.1).
            return;
        }

        await Task.WhenAny(Task.WhenAll(downstream, upstream), gone.Task, Task.Delay(Linger, CancellationToken.None));
    }

    private static async Task<Stream> AcceptAsync(Exchange exchange, string protocol)
    {
        var features = exchange.Http.Features;
        if (exchange.Tunnel == Tunnel.ExtendedConnect)
        {
            exchange.Http.Response.StatusCode = StatusCodes.Status200OK;
            exchange.Http.Response.Headers.Remove("Sec-WebSocket-Accept");
            return await features.GetRequiredFeature<IHttpExtendedConnectFeature>().AcceptAsync();
        }

        exchange.Http.Response.Headers.Upgrade = protocol;
        return await features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
    }

    /// <summary>A token as a task, so that waiting for it leaves a pending read alone.</summary>
    private sealed class Signal : IDisposable
    {
        private readonly TaskCompletionSource _source = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly CancellationTokenRegistration _registration;

        public Signal(CancellationToken token) =>
            _registration = token.UnsafeRegister(static source => ((TaskCompletionSource)source!).TrySetResult(), _source);

        public Task Task => _source.Task;

        public void Dispose() => _registration.Dispose();
    }
}
