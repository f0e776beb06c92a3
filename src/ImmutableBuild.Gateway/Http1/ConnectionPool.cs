using System.Net.Sockets;
using ImmutableBuild.Gateway.Routing;

namespace ImmutableBuild.Gateway.Http1;

/// <summary>
/// The kept connections to one run of one instance. The one used last is used next, so that no more stay than are needed; the
/// others are closed after a while. Safe for use by many threads.
/// </summary>
internal sealed class ConnectionPool : IDisposable
{
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MostRest = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Sweep = TimeSpan.FromSeconds(15);

    private readonly Lock _gate = new();
    private readonly List<InstanceConnection> _resting = [];
    private readonly InstanceAddress _address;
    private readonly TimeProvider _time;
    private readonly ITimer _sweeper;
    private bool _disposed;

    /// <summary>Connections to <paramref name="address"/>.</summary>
    public ConnectionPool(InstanceAddress address, TimeProvider time)
    {
        (_address, _time) = (address, time);
        _sweeper = time.CreateTimer(static pool => ((ConnectionPool)pool!).CloseOld(), this, Sweep, Sweep);
    }

    /// <summary>For the heads of requests, until they are sent.</summary>
    public Spare<HeadBuffer> Outgoing { get; } = new();

    /// <summary>For the heads of responses, from their first byte to their end; they remember texts from one response to the next.</summary>
    public Spare<ResponseReader> Responses { get; } = new();

    /// <summary>
    /// A connection for one request, resting or new. Throws <see cref="SocketException"/> when the instance takes none, and
    /// <see cref="ObjectDisposedException"/> when its run is over: nothing was sent then.
    /// </summary>
    /// <param name="mustBeNew">Whether a resting one won't do, because one turned out to be closed.</param>
    /// <param name="cancellationToken">Cancels connecting.</param>
    public ValueTask<InstanceConnection> TakeAsync(bool mustBeNew, CancellationToken cancellationToken)
    {
        while (!mustBeNew && Pop() is { } resting)
        {
            if (resting.IsQuiet)
            {
                return ValueTask.FromResult(resting);
            }

            resting.Dispose();
        }

        return new ValueTask<InstanceConnection>(OpenAsync(cancellationToken));
    }

    /// <summary>Takes back a connection whose request and response are both complete.</summary>
    public void Return(InstanceConnection connection)
    {
        if (connection.Rest(_time.GetTimestamp()))
        {
            lock (_gate)
            {
                if (!_disposed)
                {
                    _resting.Add(connection);
                    return;
                }
            }
        }

        connection.Dispose();
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
        }

        _sweeper.Dispose();
        CloseOld();
    }

    private InstanceConnection? Pop()
    {
        lock (_gate)
        {
            if (_resting is [.., var last])
            {
                _resting.RemoveAt(_resting.Count - 1);
                return last;
            }

            return null;
        }
    }

    private async Task<InstanceConnection> OpenAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        using var limit = new CancellationTokenSource(ConnectPatience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await InstanceConnection.OpenAsync(_address, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SocketException((int)SocketError.TimedOut);
        }
    }

    private void CloseOld()
    {
        List<InstanceConnection> old;
        lock (_gate)
        {
            old = _resting.FindAll(connection => _disposed || !connection.IsQuiet || _time.GetElapsedTime(connection.RestsSince) > MostRest);
            _resting.RemoveAll(old.Contains);
        }

        old.ForEach(connection => connection.Dispose());
    }
}
