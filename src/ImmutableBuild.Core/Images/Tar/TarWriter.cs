using System.Globalization;
using System.Text;

namespace ImmutableBuild.Images.Tar;

/// <summary>
/// Writes a tar archive whose bytes follow from names, contents, modes and times alone (POSIX.1-2001: ustar, and a pax header
/// where ustar can't hold a name or size). The BCL's writer puts the process id into pax headers, so it can't be used.
/// </summary>
internal sealed class TarWriter(Stream archive)
{
    private const int Block = 512;
    private const long MaxOctalSize = 0x1_FFFF_FFFF;

    private static readonly byte[] Zeros = new byte[2 * Block];

    /// <summary>Writes a directory; <paramref name="name"/> ends with '/'.</summary>
    public void Directory(string name, int mode, DateTimeOffset time) => Header(name, '5', mode, 0, time);

    /// <summary>Writes a file; the content must have exactly <paramref name="size"/> bytes.</summary>
    public void File(string name, int mode, DateTimeOffset time, long size, Stream content)
    {
        BeginFile(name, mode, time, size);
        var buffer = new byte[(int)Math.Clamp(size, 1, 128 * 1024)];
        var left = size;
        while (left > 0)
        {
            var count = content.Read(buffer, 0, (int)Math.Min(buffer.Length, left));
            if (count == 0)
            {
                throw new EndOfStreamException($"'{name}' became shorter while it was read.");
            }

            archive.Write(buffer, 0, count);
            left -= count;
        }

        EndFile(size);
    }

    /// <summary>Writes a symbolic link.</summary>
    public void SymbolicLink(string name, string target, DateTimeOffset time) => Header(name, '2', 0x1FF, 0, time, target);

    /// <summary>Writes all that stands before a file's content, which the caller writes to the archive itself.</summary>
    public void BeginFile(string name, int mode, DateTimeOffset time, long size) => Header(name, '0', mode, size, time);

    /// <summary>Writes all that stands after a content of <paramref name="size"/> bytes.</summary>
    public void EndFile(long size) => Pad(size);

    /// <summary>Writes the end of the archive.</summary>
    public void End() => archive.Write(Zeros);

    private void Header(string name, char type, int mode, long size, DateTimeOffset time, string target = "")
    {
        var fits = TrySplit(name, out var prefix, out var rest);
        var targetFits = Ascii.IsValid(target) && target.Length <= 100;
        if (!fits || !targetFits || size > MaxOctalSize)
        {
            var records = Encoding.UTF8.GetBytes((fits ? "" : Record("path", name)) + (targetFits ? "" : Record("linkpath", target)) + (size > MaxOctalSize ? Record("size", size.ToString(CultureInfo.InvariantCulture)) : ""));
            Ustar("", "PaxHeaders/entry", 'x', 0x1A4, records.Length, time);
            archive.Write(records);
            Pad(records.Length);
        }

        Ustar(prefix, rest, type, mode, size > MaxOctalSize ? 0 : size, time, targetFits ? target : "");
    }

    private void Ustar(string prefix, string name, char type, int mode, long size, DateTimeOffset time, string target = "")
    {
        var header = new byte[Block];
        Put(header, 0, name);
        Octal(header, 100, 8, mode);
        Octal(header, 108, 8, 0);
        Octal(header, 116, 8, 0);
        Octal(header, 124, 12, size);
        Octal(header, 136, 12, time.ToUnixTimeSeconds());
        header[156] = (byte)type;
        Put(header, 157, target);
        Put(header, 257, "ustar\0" + "00");
        Octal(header, 329, 8, 0);
        Octal(header, 337, 8, 0);
        Put(header, 345, prefix);
        header.AsSpan(148, 8).Fill((byte)' ');
        var sum = header.Sum(b => b);
        Octal(header, 148, 7, sum);
        archive.Write(header);
    }

    // ustar holds names of 100 bytes, or 155 and 100 divided at a '/'. What is not ASCII goes into a pax header, as POSIX has it.
    private static bool TrySplit(string name, out string prefix, out string rest)
    {
        (prefix, rest) = ("", name);
        if (Ascii.IsValid(name) && name.Length <= 100)
        {
            return true;
        }

        var slash = name.Length > 100 ? name.IndexOf('/', name.Length - 101) : -1;
        if (Ascii.IsValid(name) && slash is > 0 and <= 155 && slash < name.Length - 1)
        {
            (prefix, rest) = (name[..slash], name[(slash + 1)..]);
            return true;
        }

        rest = "PaxHeaders/long";
        return false;
    }

    private static string Record(string key, string value)
    {
        var body = $" {key}={value}\n";
        var bodyLength = Encoding.UTF8.GetByteCount(body);
        var length = bodyLength + 1;
        while (length != bodyLength + length.ToString(CultureInfo.InvariantCulture).Length)
        {
            length++;
        }

        return length + body;
    }

    private void Pad(long size) => archive.Write(Zeros, 0, (int)((Block - (size % Block)) % Block));

    private static void Put(byte[] header, int offset, string text) => Encoding.ASCII.GetBytes(text, header.AsSpan(offset));

    private static void Octal(byte[] header, int offset, int length, long value) =>
        Put(header, offset, Convert.ToString(value, 8).PadLeft(length - 1, '0') + "\0");
}
