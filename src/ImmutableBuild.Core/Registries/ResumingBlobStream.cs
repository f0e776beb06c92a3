using ImmutableBuild.Errors;

namespace ImmutableBuild.Registries;

/// <summary>
/// A download that goes on where it was cut, and gives up a connection on which nothing comes any more (R5). Throws
/// IMB5002 when several attempts in a row bring nothing.
/// </summary>
internal sealed class ResumingBlobStream(Uri address, Func<long, Task<Stream>> openAt) : Stream
{
    private const int MaxFruitlessAttempts = 4;

    private static readonly TimeSpan StallTimeout = TimeSpan.FromSeconds(60);

    private Stream? _current;
    private long _read;
    private int _fruitless;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            try
            {
                var count = await ReadOnceAsync(buffer, cancellationToken);
                _fruitless = count > 0 ? 0 : _fruitless;
                _read += count;
                return count;
            }
            catch (Exception fault) when (fault is IOException or HttpRequestException)
            {
                await DropAsync();
                if (++_fruitless == MaxFruitlessAttempts)
                {
                    throw RegistryErrors.Unreachable(HttpMethod.Get, address, fault);
                }
            }
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Downloads are read asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await DropAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        _current?.Dispose();
        base.Dispose(disposing);
    }

    private async Task<int> ReadOnceAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        _current ??= await openAt(_read);
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bounded.CancelAfter(StallTimeout);
        try
        {
            return await _current.ReadAsync(buffer, bounded.Token);
        }
        catch (OperationCanceledException fault) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"Nothing came for {StallTimeout.TotalSeconds:0} seconds.", fault);
        }
    }

    private async ValueTask DropAsync()
    {
        var stream = _current;
        _current = null;
        if (stream is not null)
        {
            await stream.DisposeAsync();
        }
    }
}
