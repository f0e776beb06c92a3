using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using ImmutableBuild.Gateway.Http1;

namespace ImmutableBuild.Gateway.Forwarding;

/// <summary>
/// A client's request body on its way to an instance over HTTP/1.1, passed on as it comes and beside the response, so that both can
/// stream at once. With <c>Expect: 100-continue</c> nothing is read from the client before the instance agrees.
/// </summary>
internal sealed class RequestPump(Exchange exchange, InstanceConnection connection)
{
    /// <summary>A client that waits for 100 (Continue) is let go on when the instance says nothing for so long (RFC 9110, 10.1.1).</summary>
    private static readonly TimeSpan ContinuePatience = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource _agreed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PipeReader _source = exchange.Http.Request.BodyReader;
    private HeadBuffer? _chunk;
    private volatile bool _stopped;

    /// <summary>Whether the whole body was sent.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>The instance wants the body: 100 (Continue).</summary>
    public void GoOn() => _agreed.TrySetResult();

    /// <summary>The response is complete, or can't be had any more: no more of the body is read.</summary>
    public void Stop()
    {
        _stopped = true;
        _agreed.TrySetResult();
        _source.CancelPendingRead();
    }

    /// <summary>Sends the body. Faults of the client are kept in the exchange and break the connection; the instance's show in its response.</summary>
    public async Task RunAsync()
    {
        try
        {
            if (exchange.ExpectsContinue)
            {
                await _agreed.Task.WaitAsync(ContinuePatience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            IsComplete = !_stopped && await SendAllAsync();
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            // The instance takes no more. It may have answered already.
        }
        catch (Exception) when (exchange.ClientFault is not null)
        {
            connection.Abort();
        }
    }

    private async Task<bool> SendAllAsync()
    {
        exchange.BodyStarted = true;
        while (true)
        {
            var read = await exchange.FromClientAsync(_source.ReadAsync());
            if (read.IsCanceled || _stopped)
            {
                _source.AdvanceTo(read.Buffer.Start);
                return false;
            }

            try
            {
                await SendAsync(read.Buffer);
            }
            finally
            {
                _source.AdvanceTo(read.Buffer.End);
            }

            if (read.IsCompleted)
            {
                await EndAsync();
                return true;
            }
        }
    }

    private async ValueTask SendAsync(ReadOnlySequence<byte> bytes)
    {
        foreach (var part in bytes)
        {
            if (part.IsEmpty)
            {
                continue;
            }

            await (exchange.BodyLength is null ? SendChunkAsync(part) : connection.SendAsync(part));
        }
    }

    private ValueTask SendChunkAsync(ReadOnlyMemory<byte> part)
    {
        var chunk = _chunk ??= new HeadBuffer();
        chunk.Clear();
        chunk.Add(part.Length, hexadecimal: true);
        chunk.Add("\r\n"u8);
        chunk.Add(part.Span);
        chunk.Add("\r\n"u8);
        return connection.SendAsync(chunk.Written);
    }

    private ValueTask EndAsync() => exchange.BodyLength is null ? connection.SendAsync("0\r\n\r\n"u8.ToArray()) : ValueTask.CompletedTask;
}
