using System.Globalization;
using System.Text;

namespace ImmutableBuild.Images.Tar;

/// <summary>What extended headers say about the entry after them; null where they say nothing.</summary>
internal sealed record ExtendedHeader(string? Path, string? LinkPath, long? Size, long? Uid, long? Gid)
{
    public static ExtendedHeader None { get; } = new(null, null, null, null, null);

    /// <summary>The same with a name. Throws <see cref="TarException"/> for one that is empty or the second: readers differ in which name counts then.</summary>
    public ExtendedHeader Named(string path) => this with { Path = Only(Path, path) };

    /// <summary>The same with what a link points to. Throws as <see cref="Named"/>.</summary>
    public ExtendedHeader LinkedTo(string path) => this with { LinkPath = Only(LinkPath, path) };

    private static string Only(string? before, string name) =>
        name.Length == 0 ? throw new TarException("an extended header names nothing")
        : before is not null ? throw new TarException("extended headers name one entry twice")
        : name;
}

/// <summary>Reads the records of a pax extended header: <c>length key=value\n</c> (POSIX.1-2001, pax).</summary>
internal static class PaxRecords
{
    public static ExtendedHeader Parse(ReadOnlySpan<byte> records, ExtendedHeader before)
    {
        var result = before;
        while (records.Length > 0)
        {
            var space = records.IndexOf((byte)' ');
            if (space is < 1 or > 9 || !int.TryParse(records[..space], NumberStyles.None, CultureInfo.InvariantCulture, out var length)
                || length <= space + 2 || length > records.Length || records[length - 1] != (byte)'\n')
            {
                throw new TarException("a pax extended header is damaged");
            }

            var record = records[(space + 1)..(length - 1)];
            var equals = record.IndexOf((byte)'=');
            if (equals < 1)
            {
                throw new TarException("a pax extended header has a record without a key");
            }

            result = Apply(result, Encoding.UTF8.GetString(record[..equals]), record[(equals + 1)..]);
            records = records[length..];
        }

        return result;
    }

    private static ExtendedHeader Apply(ExtendedHeader header, string key, ReadOnlySpan<byte> value) => key switch
    {
        "path" => header.Named(Name(key, value)),
        "linkpath" => header.LinkedTo(Name(key, value)),
        "size" => header with { Size = Number(key, value) },
        "uid" => header with { Uid = Number(key, value) },
        "gid" => header with { Gid = Number(key, value) },
        _ when key.StartsWith("GNU.sparse.", StringComparison.Ordinal) => throw new TarException("it holds a sparse file"),
        _ => header,
    };

    private static string Name(string key, ReadOnlySpan<byte> value) => value.Contains((byte)0)
        ? throw new TarException($"the pax record '{key}' has a NUL in it")
        : TarReader.Text(value);

    private static long Number(string key, ReadOnlySpan<byte> value) =>
        long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new TarException($"the pax record '{key}' is no number");
}
