using System.Net.Sockets;
using ImmutableBuild.Gateway.Routing;
using ImmutableBuild.Gateway.Supervision;

namespace ImmutableBuild.Gateway.Probing;

/// <summary>Probes below HTTP.</summary>
internal static class TcpProbe
{
    /// <summary>The client's connection preface and an empty SETTINGS frame (RFC 9113, 3.4 and 6.5).</summary>
    private static readonly byte[] Http2Preface = [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, 0, 0, 0, 4, 0, 0, 0, 0, 0];

    private static readonly TimeSpan LeastHttp2Timeout = TimeSpan.FromSeconds(2);

    /// <summary>Whether a connection to <paramref name="address"/> is accepted; no fault for yes, otherwise why not, and whether it only took too long. Throws where this side could not ask.</summary>
    public static async Task<(string? Fault, bool TimedOut)> AcceptsAsync(InstanceAddress address, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            using var socket = await address.ConnectAsync(limit.Token);
            return (null, false);
        }
        catch (SocketException fault) when (!OwnLimits.Explain(fault))
        {
            return (fault.SocketErrorCode == SocketError.ConnectionRefused ? "connection refused" : fault.Message, false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return ($"not accepted in {timeout.TotalSeconds:0.###} s", true);
        }
    }

    /// <summary>
    /// Whether what listens at <paramref name="address"/> takes HTTP/2 with prior knowledge: it answers the preface with SETTINGS, within
    /// <paramref name="timeout"/> or two seconds, whichever is longer. Null where it can't be told: nothing accepted, or no answer came in time.
    /// </summary>
    public static async Task<bool?> SpeaksHttp2Async(InstanceAddress address, TimeSpan timeout, CancellationToken cancellationToken)
    {
        const byte Settings = 4;
        const int FrameHeadBytes = 9;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout > LeastHttp2Timeout ? timeout : LeastHttp2Timeout);
        try
        {
            using var socket = await address.ConnectAsync(limit.Token);
            await using var stream = new NetworkStream(socket);
            await stream.WriteAsync(Http2Preface, limit.Token);
            var head = new byte[FrameHeadBytes];
            await stream.ReadExactlyAsync(head, limit.Token);
            return head[3] == Settings && head[0] == 0;
        }
        catch (IOException)
        {
            return false;
        }
        catch (SocketException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }
}
