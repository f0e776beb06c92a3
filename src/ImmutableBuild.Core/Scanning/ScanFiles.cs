using System.Collections.Immutable;
using ImmutableBuild.Images;
using ImmutableBuild.Scanning.Reports;

namespace ImmutableBuild.Scanning;

/// <summary>The files a scan leaves beside the record. They also are its memory: an earlier scan of the same inputs is not done again.</summary>
/// <param name="workDirectory">Where they are.</param>
/// <param name="images">The images that are scanned.</param>
internal sealed class ScanFiles(string workDirectory, ImmutableArray<PlatformImage> images)
{
    private const long MaximumReportLength = 64 * 1024 * 1024;

    /// <summary>The bills of materials, of each image one; where there are several their names say the platform.</summary>
    public ImmutableArray<string> Sboms { get; } = NamesOf(workDirectory, images, "cdx.json");

    /// <summary>The same as SPDX documents.</summary>
    public ImmutableArray<string> SpdxDocuments { get; } = NamesOf(workDirectory, images, "spdx.json");

    /// <summary>The findings for code scanning.</summary>
    public string Sarif { get; } = Path.Combine(workDirectory, "scan.sarif");

    /// <summary>All that was found.</summary>
    public string Report { get; } = Path.Combine(workDirectory, "scan.json");

    /// <summary>Takes the layers while the image is read.</summary>
    public string Scratch { get; } = Path.Combine(workDirectory, "scratch");

    /// <summary>The earlier scan of these inputs; null when there is none or one of its files was altered.</summary>
    public async Task<ScanReport?> FindAsync(Digest inputs, CancellationToken cancellationToken)
    {
        if (new FileInfo(Report) is not { Exists: true, Length: <= MaximumReportLength }
            || ScanReport.TryParse(await File.ReadAllBytesAsync(Report, cancellationToken)) is not { } report
            || report.Inputs != inputs)
        {
            return null;
        }

        foreach (var (file, digest) in Sboms.Concat(SpdxDocuments).Zip(report.Sboms).Append((Sarif, report.Sarif)))
        {
            if (!await HasAsync(file, digest, cancellationToken))
            {
                return null;
            }
        }

        return report.Sboms.Length == Sboms.Length + SpdxDocuments.Length ? report : null;
    }

    /// <summary>Writes them all; the report last, since it vouches for the others by their digests. <paramref name="sboms"/> are all CycloneDX files, then all SPDX documents.</summary>
    public void Write(ScanReport report, IEnumerable<byte[]> sboms, byte[] sarif)
    {
        foreach (var (file, sbom) in Sboms.Concat(SpdxDocuments).Zip(sboms))
        {
            AtomicFile.Write(file, sbom, flush: false);
        }

        AtomicFile.Write(Sarif, sarif, flush: false);
        AtomicFile.Write(Report, report.ToJson());
    }

    private static ImmutableArray<string> NamesOf(string directory, ImmutableArray<PlatformImage> images, string extension) =>
        [.. images.Select(image => Path.Combine(directory, images.Length == 1 ? $"sbom.{extension}" : $"sbom.{image.Platform.Replace('/', '-')}.{extension}"))];

    private static async Task<bool> HasAsync(string path, Digest expected, CancellationToken cancellationToken) =>
        File.Exists(path) && Digest.Of(await File.ReadAllBytesAsync(path, cancellationToken)) == expected;
}
