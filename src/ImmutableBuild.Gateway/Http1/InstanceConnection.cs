using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace ImmutableBuild.Gateway.Http1;

// The pending receive is kept in a field while the connection rests, and awaited once, by the request that uses it next.
#pragma warning disable CA2012 // Use ValueTasks correctly

/// <summary>
/// One kept connection to an instance. One request at a time uses it; only <see cref="Abort"/> may be called by anyone. While it
/// rests a receive is pending, so that it is known at once when the instance closes it, and the next response costs no second call.
/// </summary>
internal sealed class InstanceConnection : IDisposable
{
    /// <summary>The largest head, trailer section or chunk-size line taken from an instance.</summary>
    public const int MostUnreadBytes = 64 * 1024;

    private const int RestingBytes = 4 * 1024;
    private const int KeptBytes = 16 * 1024;

    private readonly Socket _socket;
    private byte[] _buffer = new byte[RestingBytes];
    private int _start;
    private int _end;
    private ValueTask<int> _pending;
    private bool _isPending;

    /// <summary>A connection over <paramref name="socket"/>, which is its own from now on.</summary>
    public InstanceConnection(Socket socket) => _socket = socket;

    /// <summary>When it went to rest (<see cref="TimeProvider.GetTimestamp"/>).</summary>
    public long RestsSince { get; private set; }

    /// <summary>Whether nothing has come since it went to rest; what comes then is its end, or belongs to no request.</summary>
    public bool IsQuiet => _isPending && !_pending.IsCompleted;

    /// <summary>Bytes that came and were not consumed yet. Valid until the next receive.</summary>
    public ReadOnlySpan<byte> Unread => _buffer.AsSpan(_start, _end - _start);

    /// <summary>Marks the first <paramref name="count"/> unread bytes as read.</summary>
    public void Consume(int count) => _start += count;

    /// <summary>Sends all of <paramref name="bytes"/>.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        var sending = _socket.SendAsync(bytes, SocketFlags.None);
        return sending.IsCompletedSuccessfully && sending.Result == bytes.Length ? ValueTask.CompletedTask : FinishAsync(sending, bytes);
    }

    /// <summary>Receives more bytes behind the unread ones. The result is their number; 0 when the instance has ended its side.</summary>
    public ValueTask<int> ReceiveAsync()
    {
        var receiving = _isPending ? _pending : Begin();
        _isPending = false;
        if (!receiving.IsCompletedSuccessfully)
        {
            return FinishAsync(receiving);
        }

        var count = receiving.Result;
        _end += count;
        return new ValueTask<int>(count);
    }

    /// <summary>Goes to rest. False when it can't be used again: bytes that belong to no request are there, or the end.</summary>
    public bool Rest(long now)
    {
        if (_start != _end)
        {
            return false;
        }

        if (_buffer.Length > KeptBytes)
        {
            _buffer = new byte[RestingBytes];
        }

        RestsSince = now;
        _pending = Begin();
        _isPending = true;
        return !_pending.IsCompleted;
    }

    /// <summary>Takes more at a time from now on: a large body is coming.</summary>
    public void Widen()
    {
        if (_buffer.Length < MostUnreadBytes && _start == _end)
        {
            (_buffer, _start, _end) = (new byte[MostUnreadBytes], 0, 0);
        }
    }

    /// <summary>Breaks it: whatever waits for it fails.</summary>
    public void Abort() => _socket.Dispose();

    public void Dispose() => _socket.Dispose();

    private ValueTask<int> Begin()
    {
        MakeRoom();
        return _socket.ReceiveAsync(_buffer.AsMemory(_end), SocketFlags.None);
    }

    private void MakeRoom()
    {
        if (_start == _end)
        {
            _start = _end = 0;
            return;
        }

        if (_end < _buffer.Length)
        {
            return;
        }

        var unread = Unread;
        if (unread.Length >= MostUnreadBytes)
        {
            throw new MalformedResponseException($"More than {MostUnreadBytes} bytes came without an end of the head, the trailers or a chunk's size.");
        }

        var roomy = unread.Length > _buffer.Length / 2 ? new byte[Math.Min(_buffer.Length * 2, MostUnreadBytes)] : _buffer;
        unread.CopyTo(roomy);
        (_buffer, _start, _end) = (roomy, 0, unread.Length);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> FinishAsync(ValueTask<int> receiving)
    {
        var count = await receiving;
        _end += count;
        return count;
    }

    private async ValueTask FinishAsync(ValueTask<int> sending, ReadOnlyMemory<byte> bytes)
    {
        for (var left = bytes[await sending..]; !left.IsEmpty;)
        {
            left = left[await _socket.SendAsync(left, SocketFlags.None)..];
        }
    }
}
