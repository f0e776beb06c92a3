using System.Text;

namespace ImmutableBuild.Scanning.Content;

/// <summary>The text of a file that holds text, in whatever encoding it was saved.</summary>
internal static class TextContent
{
    private const int SniffLength = 8000;

    private static readonly Encoding Utf32BigEndian = new UTF32Encoding(bigEndian: true, byteOrderMark: true);

    /// <summary>The text, good enough to look for ASCII in; null for a binary file.</summary>
    public static string? Of(ReadOnlySpan<byte> bytes) => EncodingOf(bytes) is { } encoding ? encoding.GetString(bytes) : null;

    // Text is ASCII in one byte each, in any encoding but UTF-16 and UTF-32: those have a mark in front (Windows' editors and
    // shells write it), or show a zero byte in every second place.
    private static Encoding? EncodingOf(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [0xff, 0xfe, 0, 0, ..] => Encoding.UTF32,
        [0, 0, 0xfe, 0xff, ..] => Utf32BigEndian,
        [0xff, 0xfe, ..] => Encoding.Unicode,
        [0xfe, 0xff, ..] => Encoding.BigEndianUnicode,
        _ => EncodingByZeros(bytes[..Math.Min(bytes.Length, SniffLength)]),
    };

    private static Encoding? EncodingByZeros(ReadOnlySpan<byte> start)
    {
        int even = 0, odd = 0;
        for (var i = 0; i < start.Length; i++)
        {
            if (start[i] == 0)
            {
                _ = (i & 1) == 0 ? even++ : odd++;
            }
        }

        var most = start.Length / 4;
        return (even, odd) switch
        {
            (0, 0) => Encoding.Latin1,
            (0, _) when odd > most => Encoding.Unicode,
            (_, 0) when even > most => Encoding.BigEndianUnicode,
            _ => null,
        };
    }
}
