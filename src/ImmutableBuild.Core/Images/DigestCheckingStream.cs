using System.Security.Cryptography;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Images;

/// <summary>
/// Reads another stream, which it owns, and throws IMB2002 as soon as the bytes can't be those of the expected size and digest; calls
/// <paramref name="mismatched"/> before that.
/// </summary>
internal sealed class DigestCheckingStream(Stream inner, Digest expected, long size, string where, Action? mismatched = null) : Stream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _read;
    private bool _ended;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => size;

    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        var count = inner.Read(buffer);
        Check(buffer[..count], buffer.Length);
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await inner.ReadAsync(buffer, cancellationToken);
        Check(buffer.Span[..count], buffer.Length);
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        _hash.Dispose();
        await inner.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Check(ReadOnlySpan<byte> chunk, int asked)
    {
        if (_ended || asked == 0)
        {
            return;
        }

        _read += chunk.Length;
        if (_read > size)
        {
            throw Mismatch($"{size} bytes", "more");
        }

        _hash.AppendData(chunk);
        if (chunk.Length == 0)
        {
            _ended = true;
            CheckEnd();
        }
    }

    private void CheckEnd()
    {
        if (_read != size)
        {
            throw Mismatch($"{size} bytes", $"{_read} bytes");
        }

        var found = Digest.FromHash(_hash.GetHashAndReset());
        if (found != expected)
        {
            throw Mismatch(expected.ToString(), found.ToString());
        }
    }

    private ImmutableBuildException Mismatch(string wanted, string found)
    {
        mismatched?.Invoke();
        return BakeErrors.ContentMismatch(where, wanted, found);
    }
}
