using System.Globalization;
using System.IO.Compression;
using System.Text;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;

namespace ImmutableBuild.Scanning.Advisories;

/// <summary>A zip of OSV JSON files: the <c>all.zip</c> of an ecosystem, as <c>osv.dev</c> exports it. Read in place, never unpacked.</summary>
internal static class AdvisoryArchive
{
    private const int MaximumEntries = 1_000_000;
    private const long MaximumContent = 8L * 1024 * 1024 * 1024;

    /// <summary>Changes with the file's name, length or time. Throws IMB3004 when it can't be read.</summary>
    public static Digest Stamp(string file)
    {
        var info = new FileInfo(file);
        return info.Exists
            ? Digest.Of(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{info.Name}\0{info.Length}\0{info.LastWriteTimeUtc.Ticks}")))
            : throw ScanErrors.AdvisoryDirectoryUnreadable(file, new FileNotFoundException("it does not exist."));
    }

    /// <summary>Reads all advisories. Throws IMB3003 for an entry that is no OSV advisory or a damaged archive, IMB3004 when the file can't be read.</summary>
    public static async Task<AdvisorySet> ReadAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            await using var archive = await ZipFile.OpenReadAsync(file, cancellationToken);
            return archive.Entries.Count <= MaximumEntries
                ? await ReadEntriesAsync(archive, file, cancellationToken)
                : throw ScanErrors.AdvisoryInvalid(file, $"it holds {archive.Entries.Count} entries; at most {MaximumEntries} are read");
        }
        catch (InvalidDataException fault)
        {
            throw ScanErrors.AdvisoryInvalid(file, fault.Message, fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw ScanErrors.AdvisoryDirectoryUnreadable(file, fault);
        }
    }

    private static async Task<AdvisorySet> ReadEntriesAsync(ZipArchive archive, string file, CancellationToken cancellationToken)
    {
        using var advisories = new AdvisoryFiles();
        var left = MaximumContent;
        foreach (var entry in archive.Entries.Where(entry => entry.FullName.EndsWith(".json", StringComparison.Ordinal)).OrderBy(entry => entry.FullName, StringComparer.Ordinal))
        {
            var content = await ReadEntryAsync(entry, file, cancellationToken);
            left -= content.Length;
            if (left < 0)
            {
                throw ScanErrors.AdvisoryInvalid(file, $"it holds more than {MaximumContent} bytes");
            }

            advisories.Add($"{Path.GetFileName(file)}!{entry.FullName}", content);
        }

        return advisories.ToSet();
    }

    // The length in the archive's directory is its own claim; what comes out of it counts.
    private static async Task<byte[]> ReadEntryAsync(ZipArchiveEntry entry, string file, CancellationToken cancellationToken)
    {
        await using var stream = await entry.OpenAsync(cancellationToken);
        using var content = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (await stream.ReadAsync(buffer, cancellationToken) is var count and > 0)
        {
            content.Write(buffer, 0, count);
            if (content.Length > AdvisoryFiles.MaximumFileLength)
            {
                throw ScanErrors.AdvisoryInvalid($"{file}!{entry.FullName}", $"it is over {AdvisoryFiles.MaximumFileLength} bytes long");
            }
        }

        return content.ToArray();
    }
}
