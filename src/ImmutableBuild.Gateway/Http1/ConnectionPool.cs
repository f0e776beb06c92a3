using System.Net;
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
    private readonly Func<Task<IPAddress[]>> _lookUp;
    private readonly TimeProvider _time;
    private readonly ITimer _sweeper;
    private Task<IPAddress[]>? _looking;
    private bool _disposed;

    /// <summary>Connections to <paramref name="address"/>.</summary>
    /// <param name="address">Where the instance answers.</param>
    /// <param name="time">Tells when to give up, and what has rested for long.</param>
    /// <param name="lookUp">Says where the name leads; null to ask the system.</param>
    public ConnectionPool(InstanceAddress address, TimeProvider time, Func<Task<IPAddress[]>>? lookUp = null)
    {
        (_address, _time, _lookUp) = (address, time, lookUp ?? address.LookUpAsync);
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
            var places = await LookUpAsync().WaitAsync(either.Token);
            return new InstanceConnection(await _address.ConnectAsync(places, either.Token));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SocketException((int)SocketError.TimedOut);
        }
    }

    /// <summary>
    /// Where the name leads, looked up once for all that connect meanwhile: one lookup of a name waits for the one before, so that a crowd, as after a
    /// switch, would stand in line for longer than a connection may take.
    /// </summary>
    private Task<IPAddress[]> LookUpAsync()
    {
        lock (_gate)
        {
            return _looking is { IsCompleted: false } ? _looking : _looking = _lookUp();
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
