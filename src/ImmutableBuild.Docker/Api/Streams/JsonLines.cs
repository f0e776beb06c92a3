using ImmutableBuild.Docker.Api.Calls;

namespace ImmutableBuild.Docker.Api.Streams;

/// <summary>Splits a stream of one JSON text a line; a line has a longest length.</summary>
/// <param name="stream">The stream.</param>
/// <param name="longest">The longest line, in bytes.</param>
/// <param name="operation">The call, for messages.</param>
internal sealed class JsonLines(Stream stream, int longest, string operation)
{
    private byte[] _buffer = new byte[Math.Min(4096, longest)];
    private int _start;
    private int _end;
    private int _scanned;
    private bool _ended;

    /// <summary>The next line that isn't empty, valid until the next call; null at the end.</summary>
    public async ValueTask<ReadOnlyMemory<byte>?> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var at = _buffer.AsSpan(_scanned, _end - _scanned).IndexOf((byte)'\n');
            if (at < 0 && !_ended)
            {
                _scanned = _end;
                await FillAsync(cancellationToken);
                continue;
            }

            var stop = at < 0 ? _end : _scanned + at;
            var line = _buffer.AsMemory(_start, stop - _start);
            _start = _scanned = at < 0 ? _end : stop + 1;
            if (!line.Span.Trim(" \r\t"u8).IsEmpty)
            {
                return line;
            }

            if (at < 0)
            {
                return null;
            }
        }
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_end, _scanned, _start) = (_end - _start, _scanned - _start, 0);
        }

        if (_end == _buffer.Length)
        {
            if (_end >= longest)
            {
                throw CallFaults.NotUnderstood(operation, $"a line of more than {longest} bytes");
            }

            Array.Resize(ref _buffer, Math.Min(longest, _buffer.Length * 2));
        }

        var count = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
        _end += count;
        _ended = count == 0;
    }
}
