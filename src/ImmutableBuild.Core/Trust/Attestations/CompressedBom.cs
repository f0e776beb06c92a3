using System.Collections.Immutable;
using System.IO.Compression;
using System.Text;
using ImmutableBuild.Images;

namespace ImmutableBuild.Trust.Attestations;

/// <summary>A complete bill of materials as it is stored: the file that Scan wrote, compressed. JSON of this kind gets a fifteenth of its size.</summary>
internal static class CompressedBom
{
    /// <summary>The media type of a piece (RFC 6839 has such suffixes; "+gzip" is RFC 8460's).</summary>
    public const string MediaType = "application/vnd.cyclonedx+json+gzip";

    /// <summary>The largest bill of materials that is attested and read, in bytes, compressed or not.</summary>
    public const int MaximumLength = 16 * 1024 * 1024;

    /// <summary>
    /// The pieces to store, each compressed by itself. One after the other they are one gzip file of the document (RFC 1952, section 2.2). The longest stretch that doesn't
    /// name the image is a piece of its own: it lists all packages, and is the same bytes for every image with the same packages.
    /// </summary>
    public static ImmutableArray<byte[]> Write(ReadOnlySpan<byte> document, Digest image)
    {
        var (start, length) = LongestWithout(document, Encoding.ASCII.GetBytes(image.Hex));
        byte[][] pieces = [Compress(document[..start]), Compress(document.Slice(start, length)), Compress(document[(start + length)..])];

        // An empty piece compresses to no bytes at all, and not every registry takes an empty blob.
        return [.. pieces.Where(piece => piece.Length > 0)];
    }

    private static (int Start, int Length) LongestWithout(ReadOnlySpan<byte> document, ReadOnlySpan<byte> name)
    {
        var (longest, start) = ((Start: 0, Length: 0), 0);
        while (start < document.Length)
        {
            var length = document[start..].IndexOf(name) is var next and >= 0 ? next : document.Length - start;
            longest = length > longest.Length ? (start, length) : longest;
            start += length + name.Length;
        }

        return longest;
    }

    private static byte[] Compress(ReadOnlySpan<byte> piece)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            gzip.Write(piece);
        }

        return buffer.ToArray();
    }

    /// <summary>The document again. Throws <see cref="FormatException"/> for what is no gzip, and for what is larger than <see cref="MaximumLength"/>.</summary>
    public static byte[] Read(byte[] stored)
    {
        try
        {
            using var gzip = new GZipStream(new MemoryStream(stored, writable: false), CompressionMode.Decompress);
            using var document = new MemoryStream();
            var buffer = new byte[64 * 1024];
            for (var count = gzip.Read(buffer); count > 0; count = gzip.Read(buffer))
            {
                document.Write(buffer, 0, count);
                if (document.Length > MaximumLength)
                {
                    throw new FormatException($"the bill of materials has more than {MaximumLength} bytes");
                }
            }

            return document.ToArray();
        }
        catch (InvalidDataException fault)
        {
            throw new FormatException("the bill of materials is no gzip", fault);
        }
    }
}
