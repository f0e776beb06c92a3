using System.Buffers;
using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace ImmutableBuild.Gateway.Serving;

/// <summary>
/// Lets one cleartext port speak HTTP/1.1 and HTTP/2 with prior knowledge: Kestrel 10 decides by endpoint, so connections that begin
/// with HTTP/2's preface (RFC 9113, 3.4) are handed to a second endpoint that listens on nothing but this sorter.
/// </summary>
internal sealed class PrefaceSorter(IConnectionListenerFactory transport) : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly Channel<ConnectionContext> _http2 = Channel.CreateUnbounded<ConnectionContext>(new() { SingleReader = true });

    /// <summary>The endpoint to give to Kestrel for HTTP/2.</summary>
    public EndPoint Http2 { get; } = new SortedEndPoint();

    /// <inheritdoc/>
    public bool CanBind(EndPoint endpoint) => true;

    /// <inheritdoc/>
    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        endpoint is SortedEndPoint
            ? new Http2Listener(endpoint, _http2)
            : new SortingListener(await transport.BindAsync(endpoint, cancellationToken), _http2.Writer);

    private sealed class SortedEndPoint : EndPoint
    {
        public override string ToString() => "HTTP/2 with prior knowledge";
    }

    private sealed class Http2Listener(EndPoint endpoint, Channel<ConnectionContext> connections) : IConnectionListener
    {
        public EndPoint EndPoint => endpoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
            await connections.Reader.WaitToReadAsync(cancellationToken) && connections.Reader.TryRead(out var connection) ? connection : null;

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            connections.Writer.TryComplete();
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => UnbindAsync();
    }

    private sealed class SortingListener : IConnectionListener
    {
        /// <summary>A client that says nothing for so long says no more.</summary>
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

        private readonly IConnectionListener _inner;
        private readonly ChannelWriter<ConnectionContext> _http2;
        private readonly Channel<ConnectionContext> _http1 = Channel.CreateUnbounded<ConnectionContext>(new() { SingleReader = true });
        private readonly Task _accepting;

        public SortingListener(IConnectionListener inner, ChannelWriter<ConnectionContext> http2)
        {
            _inner = inner;
            _http2 = http2;
            _accepting = Task.Run(AcceptAllAsync);
        }

        public EndPoint EndPoint => _inner.EndPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
            await _http1.Reader.WaitToReadAsync(cancellationToken) && _http1.Reader.TryRead(out var connection) ? connection : null;

        public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            await _inner.UnbindAsync(cancellationToken);
            await _accepting;
        }

        public ValueTask DisposeAsync() => _inner.DisposeAsync();

        private async Task AcceptAllAsync()
        {
            try
            {
                while (await _inner.AcceptAsync() is { } connection)
                {
                    _ = SortAsync(connection);
                }

                _http1.Writer.TryComplete();
            }
            catch (Exception fault)
            {
                // Kestrel sees it at its next accept and reports it.
                _http1.Writer.TryComplete(fault);
            }
        }

        private async Task SortAsync(ConnectionContext connection)
        {
            try
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
                limit.CancelAfter(Patience);
                var taken = await BeginsWithPrefaceAsync(connection, limit.Token) ? _http2.TryWrite(connection) : _http1.Writer.TryWrite(connection);
                if (taken)
                {
                    return;
                }
            }
            catch (Exception fault) when (fault is OperationCanceledException or IOException)
            {
                connection.Abort();
            }

            await connection.DisposeAsync();
        }

        private static async ValueTask<bool> BeginsWithPrefaceAsync(ConnectionContext connection, CancellationToken cancellationToken)
        {
            var input = connection.Transport.Input;
            while (true)
            {
                var read = await input.ReadAsync(cancellationToken);
                var matched = Matched(read.Buffer);

                // Undecided bytes are marked as seen, so that the next read waits for more; decided ones are left for the server.
                var decided = matched is not null || read.IsCompleted;
                input.AdvanceTo(read.Buffer.Start, decided ? read.Buffer.Start : read.Buffer.End);
                if (decided)
                {
                    return matched ?? false;
                }
            }
        }

        private static bool? Matched(ReadOnlySequence<byte> buffer)
        {
            // No HTTP/1.1 method begins like this, so four bytes tell.
            ReadOnlySpan<byte> preface = "PRI "u8;
            Span<byte> head = stackalloc byte[4];
            var length = (int)Math.Min(buffer.Length, head.Length);
            buffer.Slice(0, length).CopyTo(head);
            return !head[..length].SequenceEqual(preface[..length]) ? false : length == preface.Length ? true : null;
        }
    }
}
