using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;

namespace ImmutableBuild.Scanning.Advisories;

/// <summary>A directory of OSV JSON files, as <c>osv.dev</c> exports them, in any depth of subdirectories.</summary>
internal static class AdvisoryDirectory
{
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
        using var advisories = new AdvisoryFiles();
        foreach (var file in Files(directory))
        {
            if (file.Length > AdvisoryFiles.MaximumFileLength)
            {
                throw ScanErrors.AdvisoryInvalid(file.FullName, $"it is {file.Length} bytes long; at most {AdvisoryFiles.MaximumFileLength} are read");
            }

            advisories.Add(Path.GetRelativePath(directory, file.FullName), await ReadFileAsync(file.FullName, cancellationToken));
        }

        return advisories.ToSet();
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
