using System.Runtime.ExceptionServices;

namespace ImmutableBuild.Images.Archives;

/// <summary>
/// The parts of an archive one after the other, each opened when it is its turn, so that no more is in memory than the reader's buffer. What went wrong
/// while reading is kept in <see cref="Fault"/>, since whoever sends a stream reports a failure of its own instead.
/// </summary>
internal sealed class ArchiveStream(IEnumerable<ArchivePart> parts) : Stream
{
    private readonly IEnumerator<ArchivePart> _parts = parts.GetEnumerator();
    private Stream? _current;

    /// <summary>Why reading ended early; null when it didn't. A reader that was cancelled is none.</summary>
    public Exception? Fault { get; private set; }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Fault is not null)
        {
            ExceptionDispatchInfo.Throw(Fault);
        }

        try
        {
            while (buffer.Length > 0 && (_current is not null || await NextAsync(cancellationToken)))
            {
                if (await _current!.ReadAsync(buffer, cancellationToken) is var count and > 0)
                {
                    return count;
                }

                await _current.DisposeAsync();
                _current = null;
            }

            return 0;
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            Fault = fault;
            throw;
        }
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    /// <remarks>Registries are read asynchronously only.</remarks>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (_current is { } open)
        {
            _current = null;
            await open.DisposeAsync();
        }

        await base.DisposeAsync();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _current?.Dispose();
            _parts.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task<bool> NextAsync(CancellationToken cancellationToken)
    {
        if (!_parts.MoveNext())
        {
            return false;
        }

        _current = await _parts.Current.OpenAsync(cancellationToken);
        return true;
    }
}
