using System.Security.Cryptography;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Images.Layers;

/// <summary>A file of a layer, with all that decides its bytes in the archive.</summary>
internal sealed record LayerFile(PlannedFile Planned, Digest Content, long Size, bool Executable)
{
    private const int MachOFileType = 12;
    private const byte MachOExecutable = 2;

    private static ReadOnlySpan<byte> Elf => "\u007fELF"u8;

    // The 64-bit magic number, in the byte order of every processor that macOS runs on; the file's type is in the thirteenth byte.
    private static ReadOnlySpan<byte> MachO => [0xcf, 0xfa, 0xed, 0xfe];

    /// <summary>Hashes a file. Throws IMB2012 when it can't be read.</summary>
    public static LayerFile Read(PlannedFile planned)
    {
        try
        {
            using var file = File.OpenHandle(planned.Source, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.SequentialScan);
            var size = RandomAccess.GetLength(file);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var buffer = new byte[(int)Math.Clamp(size, 1, 128 * 1024)];
            var executable = false;
            for (long offset = 0; RandomAccess.Read(file, buffer, offset) is var count and > 0; offset += count)
            {
                executable = offset == 0 ? IsExecutable(planned.Path, buffer.AsSpan(0, count)) : executable;
                hash.AppendData(buffer, 0, count);
            }

            return new LayerFile(planned, Digest.FromHash(hash.GetHashAndReset()), size, executable);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw BakeErrors.FileUnreadable(planned.Source, fault);
        }
    }

    /// <summary>Whether a file is a program, by its name and how it begins alone: the bits on disk depend on the umask, the file system and the operating system of the build.</summary>
    public static bool IsExecutable(string path, ReadOnlySpan<byte> start)
    {
        var name = path.AsSpan(path.LastIndexOf('/') + 1);
        var isLibrary = name.EndsWith(".so", StringComparison.Ordinal) || name.Contains(".so.", StringComparison.Ordinal) || name.EndsWith(".dbg", StringComparison.Ordinal);
        return start.StartsWith("#!"u8)
            || (start.StartsWith(Elf) && !isLibrary)
            || (start.StartsWith(MachO) && start.Length > MachOFileType && start[MachOFileType] == MachOExecutable);
    }
}
