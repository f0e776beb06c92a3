using System.Buffers.Binary;
using System.Text;

namespace ImmutableBuild.Scanning.Packages;

/// <summary>
/// Reads whole tables of an SQLite database (sqlite.org/fileformat2.html) that may be hostile: each page counts once, and no more
/// content comes out than the file has bytes. Managed code on purpose: a database out of an image is not given to a C library within the build.
/// Throws <see cref="FormatException"/>.
/// </summary>
internal sealed class SqliteFile
{
    private const int FileHeader = 100;
    private const int MaximumColumns = 64;

    private readonly Stream _file;
    private readonly int _pageSize;
    private readonly int _usable;
    private long _left;

    /// <summary>Opens a database.</summary>
    /// <param name="file">Its bytes; can seek.</param>
    public SqliteFile(Stream file)
    {
        Span<byte> header = stackalloc byte[FileHeader];
        file.Position = 0;
        if (file.ReadAtLeast(header, FileHeader, throwOnEndOfStream: false) < FileHeader || !header.StartsWith("SQLite format 3\0"u8))
        {
            throw new FormatException("it is no SQLite database");
        }

        var size = BinaryPrimitives.ReadUInt16BigEndian(header[16..]);
        _pageSize = size == 1 ? 65_536 : size;
        _usable = _pageSize - header[20];
        if (_pageSize < 512 || !int.IsPow2(_pageSize) || _usable < 480 || header[56..60] is not [0, 0, 0, 0 or 1])
        {
            throw new FormatException("its pages or its texts are of another form than SQLite writes");
        }

        (_file, _left) = (file, file.Length);
    }

    /// <summary>The rows of a table, each its columns in order; none when there is no such table.</summary>
    public IEnumerable<SqliteValue[]> ReadTable(string name) =>
        Rows(1).Where(row => row.Length >= 4 && row[0].Text == "table" && row[1].Text == name).Select(row => row[3].Integer).Take(1).SelectMany(Rows);

    private IEnumerable<SqliteValue[]> Rows(long root)
    {
        var seen = new HashSet<long>();
        var pending = new Stack<long>([root]);
        while (pending.TryPop(out var number))
        {
            if (!seen.Add(number))
            {
                throw new FormatException($"its page {number} occurs twice in one table");
            }

            var page = ReadPage(number);
            var header = number == 1 ? FileHeader : 0;
            switch (page[header])
            {
                case 0x05:
                    foreach (var child in Children(page, header).AsEnumerable().Reverse())
                    {
                        pending.Push(child);
                    }

                    break;
                case 0x0d:
                    foreach (var cell in Cells(page, header, 8))
                    {
                        yield return Record(Payload(page, cell));
                    }

                    break;
                default:
                    throw new FormatException($"its page {number} is no page of a table");
            }
        }
    }

    private byte[] ReadPage(long number)
    {
        if (number < 1 || number > _file.Length / _pageSize)
        {
            throw new FormatException($"it has no page {number}");
        }

        var page = new byte[_pageSize];
        _file.Position = (number - 1) * _pageSize;
        _file.ReadExactly(page);
        return page;
    }

    private List<long> Children(byte[] page, int header) =>
        [.. Cells(page, header, 12).Select(cell => (long)UInt32(page, cell)), UInt32(page, header + 8)];

    private IEnumerable<int> Cells(byte[] page, int header, int headerLength)
    {
        var count = BinaryPrimitives.ReadUInt16BigEndian(page.AsSpan(header + 3));
        for (var i = 0; i < count; i++)
        {
            var pointer = header + headerLength + (2 * i);
            var cell = pointer + 2 <= _usable ? BinaryPrimitives.ReadUInt16BigEndian(page.AsSpan(pointer)) : _usable;
            yield return cell < _usable ? cell : throw new FormatException("a cell lies outside of its page");
        }
    }

    // A row's length and number, then as much of its content as the page holds; the rest is in a chain of overflow pages.
    private byte[] Payload(byte[] page, int cell)
    {
        var length = Varint(page, ref cell);
        Varint(page, ref cell);
        if (length < 0 || length > _left)
        {
            throw new FormatException($"a row says it has {length} bytes, more than the file may hold");
        }

        _left -= length;
        var local = LocalLength(length);
        if (cell + local + (local < length ? 4 : 0) > _usable)
        {
            throw new FormatException("a row reaches past its page");
        }

        var content = new byte[length];
        page.AsSpan(cell, local).CopyTo(content);
        if (local < length)
        {
            ReadOverflow(UInt32(page, cell + local), content.AsSpan(local));
        }

        return content;
    }

    private int LocalLength(long length)
    {
        var most = _usable - 35;
        if (length <= most)
        {
            return (int)length;
        }

        var least = ((_usable - 12) * 32 / 255) - 23;
        var wanted = least + (int)((length - least) % (_usable - 4));
        return wanted <= most ? wanted : least;
    }

    private void ReadOverflow(long next, Span<byte> rest)
    {
        while (rest.Length > 0)
        {
            var page = ReadPage(next);
            var count = Math.Min(rest.Length, _usable - 4);
            page.AsSpan(4, count).CopyTo(rest);
            rest = rest[count..];
            next = UInt32(page, 0);
        }
    }

    private static SqliteValue[] Record(byte[] payload)
    {
        var at = 0;
        var headerLength = Varint(payload, ref at);
        if (headerLength > payload.Length)
        {
            throw new FormatException("the head of a row is longer than the row");
        }

        var values = new List<SqliteValue>();
        long content = headerLength;
        while (at < headerLength)
        {
            var type = Varint(payload, ref at);
            var length = LengthOf(type);
            if (values.Count == MaximumColumns || length < 0 || length > payload.Length - content)
            {
                throw new FormatException("a row has too many columns, or one that is longer than the row");
            }

            values.Add(new SqliteValue(type, payload.AsMemory((int)content, (int)length)));
            content += length;
        }

        return [.. values];
    }

    private static long LengthOf(long type) => type switch
    {
        0 or 8 or 9 => 0,
        >= 1 and <= 4 => type,
        5 => 6,
        6 or 7 => 8,
        >= 12 => (type - 12) / 2,
        _ => -1,
    };

    private static uint UInt32(byte[] page, int offset) =>
        offset + 4 <= page.Length ? BinaryPrimitives.ReadUInt32BigEndian(page.AsSpan(offset)) : throw new FormatException("the number of a page is cut off");

    // Seven bits a byte, the highest first; a ninth byte has eight.
    private static long Varint(byte[] bytes, ref int at)
    {
        long value = 0;
        for (var i = 0; i < 9; i++)
        {
            var next = at < bytes.Length ? bytes[at++] : throw new FormatException("a number is cut off");
            value = i == 8 ? (value << 8) | next : (value << 7) | (next & 0x7fL);
            if (next < 0x80)
            {
                break;
            }
        }

        return value;
    }
}

/// <summary>One column of a row.</summary>
/// <param name="Type">SQLite's serial type.</param>
/// <param name="Bytes">The content.</param>
internal readonly record struct SqliteValue(long Type, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>A text; null for anything else.</summary>
    public string? Text => Type >= 13 && Type % 2 == 1 ? Encoding.UTF8.GetString(Bytes.Span) : null;

    /// <summary>A blob; null for anything else.</summary>
    public ReadOnlyMemory<byte>? Blob => Type >= 12 && Type % 2 == 0 ? Bytes : null;

    /// <summary>A whole number that is positive; 0 for anything else.</summary>
    public long Integer => Type is 9 ? 1 : Type is >= 1 and <= 6 ? Bytes.Span.ToArray().Aggregate(0L, (number, next) => (number << 8) | next) : 0;
}
