using System.Text;

namespace ImmutableBuild.Tests.Images.Contents;

/// <summary>Writes tar archives byte by byte, honest ones and those no tool would write.</summary>
internal sealed class RawTar
{
    private readonly List<byte> _bytes = [];

    public RawTar File(string name, string content = "", int mode = 0x1A4) => Entry('0', name, Encoding.UTF8.GetBytes(content), mode: mode);

    public RawTar Dir(string name) => Entry('5', name, mode: 0x1ED);

    public RawTar Symlink(string name, string target) => Entry('2', name, link: target);

    public RawTar HardLink(string name, string target) => Entry('1', name, link: target);

    public RawTar Pax(params (string Key, string Value)[] records) => Entry('x', "pax", Encoding.UTF8.GetBytes(string.Concat(records.Select(Record))));

    public RawTar Entry(char type, string name, byte[]? content = null, string link = "", int mode = 0x1A4, string? size = null)
    {
        content ??= [];
        var header = new byte[512];
        Put(header, 0, name);
        Put(header, 100, Convert.ToString(mode, 8).PadLeft(7, '0'));
        Put(header, 108, "0000000");
        Put(header, 116, "0000000");
        Put(header, 124, size ?? Convert.ToString(content.Length, 8).PadLeft(11, '0'));
        Put(header, 136, "00000000000");
        header[156] = (byte)type;
        Put(header, 157, link);
        Put(header, 257, "ustar\00000"[..8]);
        Put(header, 148, "        ");
        Put(header, 148, Convert.ToString(header.Sum(b => b), 8).PadLeft(6, '0') + "\0 ");
        _bytes.AddRange(header);
        _bytes.AddRange(content);
        _bytes.AddRange(new byte[(512 - (content.Length % 512)) % 512]);
        return this;
    }

    public byte[] End()
    {
        _bytes.AddRange(new byte[1024]);
        return _bytes.ToArray();
    }

    private static void Put(byte[] header, int offset, string text) => Encoding.UTF8.GetBytes(text).CopyTo(header, offset);

    private static string Record((string Key, string Value) record)
    {
        var body = $" {record.Key}={record.Value}\n";
        var length = Encoding.UTF8.GetByteCount(body) + 1;
        while (length != Encoding.UTF8.GetByteCount(body) + length.ToString().Length)
        {
            length++;
        }

        return length + body;
    }
}
