using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;

namespace ImmutableBuild.Scanning.Advisories;

/// <summary>A directory of OSV JSON files, as <c>osv.dev</c> exports them, in any depth of subdirectories.</summary>
internal static class AdvisoryDirectory
{
    private const int MaximumFileLength = 16 * 1024 * 1024;

    /// <summary>
    /// A digest over the names, lengths and times of all files: equal as long as nobody changed one. It saves reading them to
    /// learn that an earlier scan still holds. Throws IMB3004 when the directory can't be read.
    /// </summary>
    public static Digest Stamp(string directory)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in Files(directory))
        {
            var line = string.Create(CultureInfo.InvariantCulture, $"{Path.GetRelativePath(directory, file.FullName)}\0{file.Length}\0{file.LastWriteTimeUtc.Ticks}\n");
            hash.AppendData(Encoding.UTF8.GetBytes(line));
        }

        return Digest.FromHash(hash.GetHashAndReset());
    }

    /// <summary>Reads all advisories. Throws IMB3003 for a file that is no OSV advisory, IMB3004 when the directory can't be read.</summary>
    public static async Task<AdvisorySet> ReadAsync(string directory, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var advisories = ImmutableArray.CreateBuilder<Advisory>();
        foreach (var file in Files(directory))
        {
            var name = Path.GetRelativePath(directory, file.FullName);
            if (file.Length > MaximumFileLength)
            {
                throw ScanErrors.AdvisoryInvalid(file.FullName, $"it is {file.Length} bytes long; at most {MaximumFileLength} are read");
            }

            var bytes = await ReadFileAsync(file.FullName, cancellationToken);
            hash.AppendData(Encoding.UTF8.GetBytes($"{name}\0{bytes.Length.ToString(CultureInfo.InvariantCulture)}\n"));
            hash.AppendData(bytes);
            if (OsvReader.Read(bytes, name) is { } advisory)
            {
                advisories.Add(advisory);
            }
        }

        return new AdvisorySet(advisories.DrainToImmutable(), Digest.FromHash(hash.GetHashAndReset()));
    }

    private static async Task<byte[]> ReadFileAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllBytesAsync(path, cancellationToken);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw ScanErrors.AdvisoryInvalid(path, fault.Message, fault);
        }
    }

    private static FileInfo[] Files(string directory)
    {
        try
        {
            var files = new DirectoryInfo(directory).GetFiles("*.json", SearchOption.AllDirectories);
            Array.Sort(files, (a, b) => string.CompareOrdinal(a.FullName, b.FullName));
            return files;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw ScanErrors.AdvisoryDirectoryUnreadable(directory, fault);
        }
    }
}
