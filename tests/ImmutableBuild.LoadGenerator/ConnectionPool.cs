using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;

namespace ImmutableBuild.LoadGenerator;

/// <summary>
/// Idle keep-alive connections, newest first. A connection that the server closed while it was idle is dropped before use,
/// as any client does, and so is one that was idle for long: the server may close it in the moment in which a request is sent (RFC 9112, 9.5). One that closes
/// under a request all the same is that request's failure.
/// </summary>
internal sealed class ConnectionPool(Uri uri, int maxConnections, TimeSpan idleTimeout) : IDisposable
{
    private readonly ConcurrentStack<(HttpConnection Connection, long Since)> _idle = new();
    private readonly SemaphoreSlim _slots = new(maxConnections);
    private readonly byte[] _request = Encoding.ASCII.GetBytes(
        $"GET {uri.PathAndQuery} HTTP/1.1\r\nHost: {uri.Authority}\r\nUser-Agent: immutable-load\r\n\r\n");

    public async Task<LoadResponse> SendAsync(CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken);
        HttpConnection? connection = null;
        try
        {
            connection = Rent() ?? await HttpConnection.OpenAsync(uri, cancellationToken);
            var response = await connection.ExchangeAsync(_request, cancellationToken);
            if (connection.KeepsAlive)
            {
                _idle.Push((connection, Stopwatch.GetTimestamp()));
                connection = null;
            }

            return response;
        }
        finally
        {
            connection?.Dispose();
            _slots.Release();
        }
    }

    public void Dispose()
    {
        while (_idle.TryPop(out var idle))
        {
            idle.Connection.Dispose();
        }

        _slots.Dispose();
    }

    private HttpConnection? Rent()
    {
        while (_idle.TryPop(out var idle))
        {
            if (Stopwatch.GetElapsedTime(idle.Since) < idleTimeout && !idle.Connection.WasClosedWhileIdle)
            {
                return idle.Connection;
            }

            idle.Connection.Dispose();
        }

        return null;
    }
}
