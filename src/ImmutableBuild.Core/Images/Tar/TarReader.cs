using System.Buffers.Binary;
using System.Text;

namespace ImmutableBuild.Images.Tar;

/// <summary>
/// Reads the headers of a tar archive (POSIX.1-2001 pax, with GNU long names) that may be hostile: extended headers are
/// bounded, sizes can't be negative or reach past the end, and sparse files are refused, as is what runtimes read differently: where an
/// entry ends must not depend on the reader. Throws <see cref="TarException"/>.
/// </summary>
internal sealed class TarReader(Stream archive)
{
    private const int Block = 512;
    private const int MaxExtendedHeader = 1024 * 1024;

    private static readonly Encoding StrictUtf8 = new UTF8Encoding(false, throwOnInvalidBytes: true);

    private readonly byte[] _block = new byte[Block];
    private long _next;

    /// <summary>The next entry; null at the end.</summary>
    public TarHeader? Next()
    {
        var extended = ExtendedHeader.None;
        var hasPax = false;
        while (true)
        {
            if (!ReadBlock())
            {
                return extended == ExtendedHeader.None ? null : throw new TarException("it ends after an extended header");
            }

            CheckSum();
            var size = Number(124, 12, "size");
            var dataOffset = _next;
            switch ((char)_block[156])
            {
                case 'x' when hasPax:
                    // Readers differ on two of them: Go takes the second alone, others take both.
                    throw new TarException("an entry has two pax extended headers");
                case 'x':
                    hasPax = true;
                    extended = PaxRecords.Parse(ReadContent(size), extended);
                    break;
                case 'g':
                    // A global header changes nothing that decides what the image holds: other readers skip it as well.
                    ReadContent(size);
                    break;
                case 'L':
                    extended = extended.Named(Text(ReadContent(size)));
                    break;
                case 'K':
                    extended = extended.LinkedTo(Text(ReadContent(size)));
                    break;
                default:
                    return Entry((char)_block[156], extended, extended.Size ?? size, dataOffset);
            }
        }
    }

    private TarHeader Entry(char type, ExtendedHeader extended, long size, long dataOffset)
    {
        var name = extended.Path ?? HeaderName();
        var kind = type switch
        {
            '0' or '\0' or '7' => name.EndsWith('/') ? TarKind.Directory : TarKind.File,
            '1' => TarKind.HardLink,
            '2' => TarKind.SymbolicLink,
            '3' or '4' or '6' => TarKind.Special,
            '5' => TarKind.Directory,
            'S' => throw new TarException($"'{name}' is a sparse file"),
            _ => throw new TarException($"'{name}' is of the unknown type 0x{(int)type:x2}"),
        };
        if (kind == TarKind.Directory && type != '5' && size > 0)
        {
            // Readers differ on what follows: for Go the entry's content, for others the next header.
            throw new TarException($"'{name}' is a directory by its name, and has {size} bytes");
        }

        var content = kind == TarKind.File ? size : 0;
        Skip(content);
        return new TarHeader(
            kind, name, extended.LinkPath ?? Text(_block.AsSpan(157, 100)), (int)(Number(100, 8, "mode") & 0xFFF),
            extended.Uid ?? Number(108, 8, "uid"), extended.Gid ?? Number(116, 8, "gid"), content, dataOffset);
    }

    private string HeaderName()
    {
        var name = Text(_block.AsSpan(0, 100));
        var isUstar = _block.AsSpan(257, 6).SequenceEqual("ustar\0"u8);
        var prefix = isUstar ? Text(_block.AsSpan(345, 155)) : "";
        return prefix.Length == 0 ? name : $"{prefix}/{name}";
    }

    // False at the end: a block of zeros, or nothing more.
    private bool ReadBlock()
    {
        archive.Position = _next;
        var count = archive.ReadAtLeast(_block, Block, throwOnEndOfStream: false);
        _next += Block;
        return count switch
        {
            0 => false,
            Block => _block.AsSpan().ContainsAnyExcept((byte)0),
            _ => throw new TarException("it ends within a header"),
        };
    }

    private byte[] ReadContent(long size)
    {
        if (size > MaxExtendedHeader)
        {
            throw new TarException($"an extended header has {size} bytes; at most {MaxExtendedHeader} are read");
        }

        var begin = _next;
        Skip(size);
        archive.Position = begin;
        var content = new byte[size];
        archive.ReadExactly(content);
        return content;
    }

    private void Skip(long size)
    {
        if (size > archive.Length - _next)
        {
            throw new TarException($"an entry says it has {size} bytes, more than the archive holds");
        }

        _next += (size + Block - 1) / Block * Block;
    }

    private void CheckSum()
    {
        var expected = Number(148, 8, "checksum");
        var sum = 0;
        for (var i = 0; i < Block; i++)
        {
            sum += i is >= 148 and < 156 ? ' ' : _block[i];
        }

        if (sum != expected)
        {
            throw new TarException($"the header at byte {_next - Block} is damaged (its checksum is wrong)");
        }
    }

    // Octal text, or GNU's base-256 for what octal can't hold.
    private long Number(int offset, int length, string field)
    {
        var bytes = _block.AsSpan(offset, length);
        if ((bytes[0] & 0x80) != 0)
        {
            var high = bytes[..^8];
            var value = BinaryPrimitives.ReadInt64BigEndian(bytes[^8..]);
            var isSmall = length == 8 ? bytes[0] == 0x80 : high[0] == 0x80 && !high[1..].ContainsAnyExcept((byte)0);
            value = length == 8 ? value & long.MaxValue : value;
            return isSmall && value >= 0 ? value : throw new TarException($"the field '{field}' is negative or too large");
        }

        var digits = Trimmed(bytes);
        if (digits.IsEmpty && bytes.ContainsAnyExcept((byte)0, (byte)' '))
        {
            // Readers differ on such a field: Go skips leading NULs and blanks, others take it for empty.
            throw new TarException($"the field '{field}' begins with a NUL and holds something");
        }

        long number = 0;
        foreach (var b in digits)
        {
            number = b is >= (byte)'0' and <= (byte)'7' ? (number << 3) | (uint)(b - '0') : throw new TarException($"the field '{field}' is no octal number");
        }

        return number;
    }

    private static ReadOnlySpan<byte> Trimmed(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf((byte)0);
        return (end < 0 ? bytes : bytes[..end]).Trim((byte)' ');
    }

    // Names that are not UTF-8 become Latin-1 text, so that two different names stay different.
    internal static string Text(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf((byte)0);
        var text = end < 0 ? bytes : bytes[..end];
        try
        {
            return StrictUtf8.GetString(text);
        }
        catch (DecoderFallbackException)
        {
            return Encoding.Latin1.GetString(text);
        }
    }
}
