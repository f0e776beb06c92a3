using System.Buffers;

namespace ImmutableBuild.Gateway.Forwarding;

/// <summary>
/// One direction of a tunnel. At the stream limit a WebSocket gets a close frame between two frames, so that neither side sees a
/// broken connection; for any other protocol the direction just ends.
/// </summary>
internal sealed class TunnelPump(Stream source, Stream target, Func<byte[]>? closeFrame, Task limit)
{
    private const int BufferBytes = 16 * 1024;

    /// <summary>How long a frame that was begun gets to end once the limit came.</summary>
    private static readonly TimeSpan FrameGrace = TimeSpan.FromSeconds(1);

    private readonly WebSocketFrames _frames = new();

    /// <summary>A WebSocket's close frame went this way: nothing comes after it.</summary>
    public bool IsClosed => _frames.Closed;

    /// <summary>Relays until the source ends, either side breaks, or the limit comes.</summary>
    public async Task RunAsync()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        var reading = Task.FromResult(0);
        try
        {
            while (true)
            {
                reading = source.ReadAsync(buffer).AsTask();
                if (await LimitCameAsync(reading))
                {
                    await CloseAsync();
                    return;
                }

                var count = await reading;
                if (count == 0)
                {
                    return;
                }

                _frames.Read(buffer.AsSpan(0, count));
                await target.WriteAsync(buffer.AsMemory(0, count));
                await target.FlushAsync();
            }
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // One side is gone; the other one learns of it by the end of its stream.
        }
        finally
        {
            // A read that is still pending owns the buffer.
            if (reading.IsCompleted)
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    private async Task<bool> LimitCameAsync(Task reading)
    {
        await Task.WhenAny(reading, limit);
        if (!limit.IsCompleted)
        {
            return false;
        }

        if (closeFrame is not null && !_frames.AtBoundary)
        {
            await Task.WhenAny(reading, Task.Delay(FrameGrace));
            return !reading.IsCompleted;
        }

        return true;
    }

    private async Task CloseAsync()
    {
        if (closeFrame is not null && _frames.AtBoundary && !_frames.Closed)
        {
            await target.WriteAsync(closeFrame());
            await target.FlushAsync();
        }
    }
}
