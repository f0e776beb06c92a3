using System.Buffers.Binary;
using System.Text;

namespace ImmutableBuild.Scanning.Packages;

/// <summary>The header of one package as rpm's database keeps it (rpm.org, "RPM V4 Package format", header structure). Throws <see cref="FormatException"/>.</summary>
internal sealed class RpmHeader
{
    private const int IndexEntry = 16;
    private const int MaximumTags = 65_535;

    private readonly ReadOnlyMemory<byte> _store;
    private readonly Dictionary<uint, (uint Type, uint Offset, uint Count)> _tags = [];

    /// <summary>Reads the index.</summary>
    public RpmHeader(ReadOnlyMemory<byte> bytes)
    {
        var span = bytes.Span;
        if (span.Length < 8)
        {
            throw new FormatException("a package's header is cut off");
        }

        var (tags, length) = (BinaryPrimitives.ReadUInt32BigEndian(span), BinaryPrimitives.ReadUInt32BigEndian(span[4..]));
        if (tags > MaximumTags || 8 + (tags * IndexEntry) + (long)length > span.Length)
        {
            throw new FormatException($"a package's header says it has {tags} tags and {length} bytes, more than there are");
        }

        var index = span[8..];
        for (var i = 0; i < tags; i++, index = index[IndexEntry..])
        {
            _tags.TryAdd(UInt32(index, 0), (UInt32(index, 4), UInt32(index, 8), UInt32(index, 12)));
        }

        _store = bytes.Slice(8 + ((int)tags * IndexEntry), (int)length);
    }

    /// <summary>The text of a tag, the first one of several; null when there is none.</summary>
    public string? Text(uint tag) => _tags.TryGetValue(tag, out var entry) && entry.Type is 6 or 8 or 9 ? Strings(entry.Offset, 1).First() : null;

    /// <summary>All texts of a tag.</summary>
    public IEnumerable<string> Texts(uint tag) => _tags.TryGetValue(tag, out var entry) && entry.Type is 6 or 8 or 9 ? Strings(entry.Offset, entry.Count) : [];

    /// <summary>The number of a tag; null when there is none.</summary>
    public uint? Number(uint tag)
    {
        if (!_tags.TryGetValue(tag, out var entry) || entry.Type != 4)
        {
            return null;
        }

        return entry.Offset + 4L <= _store.Length ? UInt32(_store.Span, (int)entry.Offset) : throw new FormatException("a number lies outside of its package's header");
    }

    private IEnumerable<string> Strings(uint offset, uint count)
    {
        var at = offset;
        for (var i = 0; i < count; i++)
        {
            var rest = at < _store.Length ? _store[(int)at..] : throw new FormatException("a text lies outside of its package's header");
            var end = rest.Span.IndexOf((byte)0);
            yield return end >= 0 ? Encoding.UTF8.GetString(rest.Span[..end]) : throw new FormatException("a text of a package's header has no end");
            at += (uint)end + 1;
        }
    }

    private static uint UInt32(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32BigEndian(bytes[offset..]);
}
