using System.Buffers.Text;
using System.Runtime.InteropServices;

namespace ImmutableBuild.Gateway.Http1;

/// <summary>Where one is in a chunked body (RFC 9112, 7.1). Extensions are skipped; the trailers after the last chunk are left to the reader of fields.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct ChunkedBody
{
    private const int MostSizeDigits = 15;
    private long _left;
    private State _state;

    private enum State
    {
        Size,
        Data,
        DataEnd,
        Trailers,
    }

    /// <summary>Whether the last chunk is behind; what follows is the trailer section.</summary>
    public readonly bool IsAtTrailers => _state == State.Trailers;

    /// <summary>
    /// Takes the next piece of <paramref name="bytes"/> and gives the number of bytes taken; 0 when more must come first. Throws
    /// <see cref="MalformedResponseException"/>.
    /// </summary>
    /// <param name="bytes">What has come and was not taken yet.</param>
    /// <param name="data">The part of the taken bytes that belongs to the body.</param>
    public int Take(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> data)
    {
        data = default;
        switch (_state)
        {
            case State.Size:
                return TakeSize(bytes);
            case State.Data:
                data = bytes[..(int)Math.Min(_left, bytes.Length)];
                _left -= data.Length;
                _state = _left == 0 ? State.DataEnd : State.Data;
                return data.Length;
            case State.DataEnd:
                return TakeDataEnd(bytes);
            default:
                return 0;
        }
    }

    private int TakeSize(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf((byte)'\n');
        if (end < 0)
        {
            return 0;
        }

        var line = bytes[..end];
        if (!Utf8Parser.TryParse(line[..Math.Min(line.Length, MostSizeDigits + 1)], out long size, out var digits, 'x')
            || digits > MostSizeDigits
            || (digits < line.Length && line[digits] is not ((byte)'\r' or (byte)';' or (byte)' ' or (byte)'\t')))
        {
            throw new MalformedResponseException("A chunk has no valid size.");
        }

        _left = size;
        _state = size == 0 ? State.Trailers : State.Data;
        return end + 1;
    }

    private int TakeDataEnd(ReadOnlySpan<byte> bytes)
    {
        var length = bytes.StartsWith("\r\n"u8) ? 2 : bytes.StartsWith("\n"u8) ? 1 : 0;
        if (length == 0 && !"\r"u8.StartsWith(bytes))
        {
            throw new MalformedResponseException("A chunk does not end where its size says.");
        }

        if (length > 0)
        {
            _state = State.Size;
        }

        return length;
    }
}
