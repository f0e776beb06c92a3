using System.Buffers.Binary;
using System.Text;

namespace ImmutableBuild.IntegrationTests.Rig;

/// <summary>
/// Writes a bbolt database (go.etcd.io/bbolt, <c>internal/common/page.go</c>): two meta pages, an empty freelist, and one leaf page with all buckets
/// inline. Enough for a scanner's database of a handful of advisories.
/// </summary>
internal static class BoltFile
{
    private const int Page = 4096;
    private const int PageHeader = 16;
    private const int LeafElement = 16;
    private const uint Magic = 0xED0CDAED;
    private const ushort LeafPage = 0x02;
    private const ushort MetaPage = 0x04;
    private const ushort FreelistPage = 0x10;

    /// <summary>The file's bytes. A value is a <see cref="string"/>, or a bucket: a dictionary of the same kind.</summary>
    public static byte[] Of(IReadOnlyDictionary<string, object> root)
    {
        var leaf = Leaf(root);
        var pages = (leaf.Length + Page - 1) / Page;
        var file = new byte[(3 + pages) * Page];
        WriteMeta(file, 0, pages);
        WriteMeta(file, 1, pages);
        WriteHeader(file.AsSpan(2 * Page), 2, FreelistPage, 0, 0);
        leaf.CopyTo(file, 3 * Page);
        WriteHeader(file.AsSpan(3 * Page), 3, LeafPage, (ushort)root.Count, pages - 1);
        return file;
    }

    private static byte[] Leaf(IReadOnlyDictionary<string, object> entries)
    {
        var sorted = entries.Select(entry => (Key: Encoding.UTF8.GetBytes(entry.Key), Value: ValueOf(entry.Value), IsBucket: entry.Value is not string))
            .OrderBy(entry => entry.Key, Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b))).ToArray();
        var page = new byte[PageHeader + (sorted.Length * LeafElement) + sorted.Sum(entry => entry.Key.Length + entry.Value.Length)];
        WriteHeader(page, 0, LeafPage, (ushort)sorted.Length, 0);
        var data = PageHeader + (sorted.Length * LeafElement);
        for (var i = 0; i < sorted.Length; i++)
        {
            var at = PageHeader + (i * LeafElement);
            var element = page.AsSpan(at);
            BinaryPrimitives.WriteUInt32LittleEndian(element, sorted[i].IsBucket ? 1u : 0);
            BinaryPrimitives.WriteInt32LittleEndian(element[4..], data - at);
            BinaryPrimitives.WriteInt32LittleEndian(element[8..], sorted[i].Key.Length);
            BinaryPrimitives.WriteInt32LittleEndian(element[12..], sorted[i].Value.Length);
            sorted[i].Key.CopyTo(page, data);
            sorted[i].Value.CopyTo(page, data + sorted[i].Key.Length);
            data += sorted[i].Key.Length + sorted[i].Value.Length;
        }

        return page;
    }

    // A bucket's value: no page of its own and no sequence, then the page inline.
    private static byte[] ValueOf(object value) => value is string text ? Encoding.UTF8.GetBytes(text) : [.. new byte[16], .. Leaf((IReadOnlyDictionary<string, object>)value)];

    private static void WriteHeader(Span<byte> page, long id, ushort flags, ushort count, int overflow)
    {
        BinaryPrimitives.WriteInt64LittleEndian(page, id);
        BinaryPrimitives.WriteUInt16LittleEndian(page[8..], flags);
        BinaryPrimitives.WriteUInt16LittleEndian(page[10..], count);
        BinaryPrimitives.WriteInt32LittleEndian(page[12..], overflow);
    }

    private static void WriteMeta(byte[] file, int id, int leafPages)
    {
        var page = file.AsSpan(id * Page, Page);
        WriteHeader(page, id, MetaPage, 0, 0);
        var meta = page[PageHeader..];
        BinaryPrimitives.WriteUInt32LittleEndian(meta, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(meta[4..], 2);
        BinaryPrimitives.WriteUInt32LittleEndian(meta[8..], Page);
        BinaryPrimitives.WriteInt64LittleEndian(meta[16..], 3);
        BinaryPrimitives.WriteInt64LittleEndian(meta[32..], 2);
        BinaryPrimitives.WriteInt64LittleEndian(meta[40..], 3 + leafPages);
        BinaryPrimitives.WriteInt64LittleEndian(meta[48..], id);
        BinaryPrimitives.WriteUInt64LittleEndian(meta[56..], Fnv1a(meta[..56]));
    }

    private static ulong Fnv1a(ReadOnlySpan<byte> bytes)
    {
        var hash = 14695981039346656037UL;
        foreach (var value in bytes)
        {
            hash = (hash ^ value) * 1099511628211UL;
        }

        return hash;
    }
}
