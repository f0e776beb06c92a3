using System.Buffers.Binary;

namespace ImmutableBuild.Scanning.Packages;

/// <summary>
/// Finds the <c>deps.json</c> within the executable of a single-file publish (dotnet/designs, single-file, "Bundler"; the manifest's
/// form is Microsoft.NET.HostModel's). The host knows where the manifest is by a number beside a signature of its own.
/// </summary>
internal static class SingleFileBundle
{
    // The host is the first few megabytes of the file; what is bundled comes after.
    private const long MaximumHostLength = 64 * 1024 * 1024;
    private const int Chunk = 1024 * 1024;
    private const int MaximumIdLength = 127;
    private const int MaximumHeaderLength = 12 + 1 + MaximumIdLength + 16;

    // The SHA-256 of ".net core bundle\n"; eight bytes before it are the manifest's offset, 0 in a host without a bundle.
    private static ReadOnlySpan<byte> Signature =>
    [
        0x8b, 0x12, 0x02, 0xb9, 0x6a, 0x61, 0x20, 0x38, 0x72, 0x7b, 0x93, 0x02, 0x14, 0xd7, 0xa0, 0x32,
        0x13, 0xf5, 0xb9, 0xe6, 0xef, 0xae, 0x33, 0x18, 0xee, 0x3b, 0x2d, 0xce, 0x24, 0xb3, 0x6a, 0xae,
    ];

    /// <summary>The bytes of the bundled <c>deps.json</c>; null for a file that is no bundle. Throws <see cref="FormatException"/> for a bundle that can't be read.</summary>
    /// <param name="executable">The file; can seek.</param>
    public static byte[]? FindDepsJson(Stream executable) =>
        IsElf(executable) && FindManifest(executable) is var offset and > 0 ? ReadDepsJson(executable, offset) : null;

    private static bool IsElf(Stream file)
    {
        Span<byte> magic = stackalloc byte[4];
        file.Position = 0;
        return file.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false) == magic.Length && magic.SequenceEqual("\u007fELF"u8);
    }

    private static long FindManifest(Stream file)
    {
        // Each chunk begins with the end of the one before, so that nothing lies across the border unseen.
        const int overlap = 8 + 31;
        var buffer = new byte[overlap + Math.Clamp(file.Length, overlap, Chunk)];
        file.Position = 0;
        var kept = 0;
        for (long read = 0; read < MaximumHostLength;)
        {
            var count = file.ReadAtLeast(buffer.AsSpan(kept), buffer.Length - kept, throwOnEndOfStream: false);
            var seen = buffer.AsSpan(0, kept + count);
            if (seen.IndexOf(Signature) is var at and >= 8)
            {
                return BinaryPrimitives.ReadInt64LittleEndian(seen[(at - 8)..]);
            }

            if (count < buffer.Length - kept)
            {
                return 0;
            }

            read += count;
            seen[^overlap..].CopyTo(buffer);
            kept = overlap;
        }

        return 0;
    }

    private static byte[]? ReadDepsJson(Stream file, long offset)
    {
        if (offset >= file.Length)
        {
            throw new FormatException("its bundle begins past its end");
        }

        Span<byte> header = stackalloc byte[MaximumHeaderLength];
        file.Position = offset;
        header = header[..file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false)];
        if (header.Length < 13 || header[12] > MaximumIdLength || header.Length < 13 + header[12] + 16)
        {
            throw new FormatException("the head of its bundle is cut off");
        }

        var version = BinaryPrimitives.ReadUInt32LittleEndian(header);
        if (version < 2)
        {
            throw new FormatException($"its bundle has the version {version}; 2 and newer are read");
        }

        var locations = header[(13 + header[12])..];
        return Slice(file, BinaryPrimitives.ReadInt64LittleEndian(locations), BinaryPrimitives.ReadInt64LittleEndian(locations[8..]));
    }

    private static byte[]? Slice(Stream file, long offset, long length)
    {
        if (length == 0)
        {
            return null;
        }

        if (offset < 0 || length < 0 || length > DepsJson.MaximumLength || offset > file.Length - length)
        {
            throw new FormatException($"its bundle says that its deps.json has {length} bytes at {offset}");
        }

        var bytes = new byte[length];
        file.Position = offset;
        file.ReadExactly(bytes);
        return bytes;
    }
}
