using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace ImmutableBuild.Gateway.Serving;

/// <summary>
/// Lets one cleartext port speak HTTP/1.1 and HTTP/2 with prior knowledge: Kestrel 10 decides by endpoint, so connections that begin
/// with HTTP/2's preface (RFC 9113, 3.4) are handed to a second endpoint that listens on nothing but this sorter.
/// </summary>
/// <param name="transport">Listens and accepts.</param>
/// <param name="sharesSocket">Another process listens on the same socket.</param>
internal sealed class PrefaceSorter(IConnectionListenerFactory transport, bool sharesSocket) : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly Channel<ConnectionContext> _http2 = Channel.CreateUnbounded<ConnectionContext>(new() { SingleReader = true });
    private readonly ConcurrentDictionary<ConnectionContext, bool> _connections = new();
    private volatile bool _stopsAccepting;
    private volatile bool _isAccepting;
    private volatile Action? _close;

    /// <summary>Connections that were accepted and are not closed.</summary>
    public int Connections => _connections.Count;

    /// <summary>
    /// Whether an accept is pending: the connection it takes is accepted here even after <see cref="StopAccepting"/>, and is one of
    /// <see cref="Connections"/> before this turns false.
    /// </summary>
    public bool IsAccepting => _isAccepting;

    /// <summary>Accepts no more connections but the one that a pending accept takes. A socket that is not shared is closed, so that the next process can listen.</summary>
    public void StopAccepting()
    {
        _stopsAccepting = true;
        if (!sharesSocket)
        {
            _close?.Invoke();
        }
    }

    /// <summary>Asks the clients of HTTP/2 connections to begin no more requests.</summary>
    public void CloseHttp2()
    {
        foreach (var (connection, speaksHttp2) in _connections)
        {
            if (speaksHttp2)
            {
                connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
            }
        }
    }

    /// <summary>The endpoint to give to Kestrel for HTTP/2.</summary>
    public EndPoint Http2 { get; } = new SortedEndPoint();

    /// <inheritdoc/>
    public bool CanBind(EndPoint endpoint) => true;

    /// <inheritdoc/>
    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        if (endpoint is SortedEndPoint)
        {
            return new Http2Listener(endpoint, _http2);
        }

        var listener = new SortingListener(await transport.BindAsync(endpoint, cancellationToken), this);
        _close = listener.Close;
        return listener;
    }

    private void Keep(ConnectionContext connection, bool speaksHttp2)
    {
        if (_connections.TryAdd(connection, speaksHttp2))
        {
            connection.ConnectionClosed.UnsafeRegister(_ => _connections.TryRemove(connection, out var _), null);
        }
        else
        {
            _connections.TryUpdate(connection, speaksHttp2, !speaksHttp2);
        }
    }

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
        /// <summary>A client that says nothing for so long is given up.</summary>
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

        private readonly IConnectionListener _inner;
        private readonly PrefaceSorter _sorter;
        private readonly Channel<ConnectionContext> _http1 = Channel.CreateUnbounded<ConnectionContext>(new() { SingleReader = true });
        private readonly Task _accepting;

        public SortingListener(IConnectionListener inner, PrefaceSorter sorter)
        {
            _inner = inner;
            _sorter = sorter;
            _sorter._isAccepting = true;
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

        /// <summary>Closes the listening socket, and no connection.</summary>
        public void Close() => _ = _inner.UnbindAsync().AsTask();

        private async Task AcceptAllAsync()
        {
            try
            {
                while (!_sorter._stopsAccepting && await _inner.AcceptAsync() is { } connection)
                {
                    _sorter.Keep(connection, speaksHttp2: false);
                    _ = SortAsync(connection);
                }

                if (_sorter._stopsAccepting)
                {
                    // Kestrel is not told: it would close the socket that another process listens on.
                    return;
                }

                _http1.Writer.TryComplete();
            }
            catch (Exception fault)
            {
                // Kestrel sees it at its next accept and reports it.
                _http1.Writer.TryComplete(fault);
            }
            finally
            {
                _sorter._isAccepting = false;
            }
        }

        private async Task SortAsync(ConnectionContext connection)
        {
            try
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
                limit.CancelAfter(Patience);
                if (await TakeAsync(connection, limit.Token))
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

        private async ValueTask<bool> TakeAsync(ConnectionContext connection, CancellationToken cancellationToken)
        {
            if (!await BeginsWithPrefaceAsync(connection, cancellationToken))
            {
                return _http1.Writer.TryWrite(connection);
            }

            _sorter.Keep(connection, speaksHttp2: true);
            return _sorter._http2.Writer.TryWrite(connection);
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
