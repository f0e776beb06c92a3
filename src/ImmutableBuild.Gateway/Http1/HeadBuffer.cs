using System.Text;
using ImmutableBuild.Gateway.Forwarding;

namespace ImmutableBuild.Gateway.Http1;

/// <summary>Bytes on their way to an instance: a request's head, or one chunk of its body. Kept and filled again.</summary>
internal sealed class HeadBuffer
{
    private const int KeptBytes = 16 * 1024;

    private byte[] _bytes = new byte[1024];
    private int _length;

    /// <summary>Nothing is in it.</summary>
    public HeadBuffer() => FieldWriter = AddField;

    /// <summary><see cref="AddField"/>, made once.</summary>
    public ForwardedFields.Writer FieldWriter { get; }

    /// <summary>What was written since it was last cleared.</summary>
    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    /// <summary>Begins anew.</summary>
    public void Clear()
    {
        _length = 0;
        if (_bytes.Length > KeptBytes)
        {
            _bytes = new byte[1024];
        }
    }

    /// <summary>Adds <paramref name="bytes"/>.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        _length += bytes.Length;
    }

    /// <summary>Adds <paramref name="text"/> a byte for each character: HTTP/1.1's fields are Latin-1 (RFC 9110, 5.5).</summary>
    public void Add(ReadOnlySpan<char> text) => _length += Encoding.Latin1.GetBytes(text, Room(text.Length));

    /// <summary>Adds one field line.</summary>
    public void AddField(ReadOnlySpan<char> name, ReadOnlySpan<char> value)
    {
        Add(name);
        Add(": "u8);
        Add(value);
        Add("\r\n"u8);
    }

    /// <summary>Adds <paramref name="number"/> in decimal, or in the hexadecimal of chunk sizes.</summary>
    public void Add(long number, bool hexadecimal = false)
    {
        const int MostDigits = 20;
        _ = number.TryFormat(Room(MostDigits), out var digits, hexadecimal ? "x" : "", System.Globalization.CultureInfo.InvariantCulture);
        _length += digits;
    }

    private Span<byte> Room(int count)
    {
        if (_bytes.Length - _length < count)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + count));
        }

        return _bytes.AsSpan(_length);
    }
}
