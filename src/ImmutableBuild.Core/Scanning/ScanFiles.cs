using ImmutableBuild.Images;
using ImmutableBuild.Scanning.Reports;

namespace ImmutableBuild.Scanning;

/// <summary>The files a scan leaves beside the record. They also are its memory: an earlier scan of the same inputs is not done again.</summary>
internal sealed class ScanFiles(string workDirectory)
{
    private const long MaximumReportLength = 64 * 1024 * 1024;

    /// <summary>The bill of materials.</summary>
    public string Sbom { get; } = Path.Combine(workDirectory, "sbom.cdx.json");

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

        return await HasAsync(Sbom, report.Sbom, cancellationToken) && await HasAsync(Sarif, report.Sarif, cancellationToken) ? report : null;
    }

    /// <summary>Writes all three; the report last, since it vouches for the others.</summary>
    public void Write(ScanReport report, byte[] sbom, byte[] sarif)
    {
        AtomicFile.Write(Sbom, sbom);
        AtomicFile.Write(Sarif, sarif);
        AtomicFile.Write(Report, report.ToJson());
    }

    private static async Task<bool> HasAsync(string path, Digest expected, CancellationToken cancellationToken) =>
        File.Exists(path) && Digest.Of(await File.ReadAllBytesAsync(path, cancellationToken)) == expected;
}
