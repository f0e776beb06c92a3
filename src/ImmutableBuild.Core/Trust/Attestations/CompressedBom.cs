using System.IO.Compression;

namespace ImmutableBuild.Trust.Attestations;

/// <summary>A complete bill of materials as it is stored: the file that Scan wrote, compressed. JSON of this kind gets a twelfth of its size.</summary>
internal static class CompressedBom
{
    /// <summary>The media type of the blob (RFC 6839 has such suffixes; "+gzip" is RFC 8460's).</summary>
    public const string MediaType = "application/vnd.cyclonedx+json+gzip";

    /// <summary>The largest bill of materials that is attested and read, in bytes, compressed or not.</summary>
    public const int MaximumLength = 16 * 1024 * 1024;

    /// <summary>The bytes to store.</summary>
    public static byte[] Write(ReadOnlySpan<byte> document)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            gzip.Write(document);
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
