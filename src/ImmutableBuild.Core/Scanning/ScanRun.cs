using System.Collections.Immutable;
using System.Reflection;
using System.Text;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Scanning.Advisories;
using ImmutableBuild.Scanning.Dismissals;
using ImmutableBuild.Scanning.Packages;
using ImmutableBuild.Scanning.Reports;

namespace ImmutableBuild.Scanning;

/// <summary>Scans the images of a subject and writes the reports. What was scanned before with the same inputs is not scanned again.</summary>
/// <param name="options">What is looked at.</param>
/// <param name="sources">Who is asked for vulnerabilities.</param>
/// <param name="images">Opens the images.</param>
/// <param name="time">The clock.</param>
internal sealed class ScanRun(ScanOptions options, ImmutableArray<IVulnerabilitySource> sources, NotedImages images, TimeProvider time)
{
    private static readonly string Version = typeof(ScanRun).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    /// <summary>A scan that is older is made again, though nothing has changed: its age counts when the image is deployed. Null for any age.</summary>
    public TimeSpan? Lasts { get; init; }

    /// <summary>Scans. Throws what the sources, the ignore file and the image's reader throw; judging the report is another matter (<see cref="ScanJudge"/>).</summary>
    public async Task<(ScanReport Report, bool IsUnchanged)> RunAsync(ScanSubject subject, ScanFiles files, CancellationToken cancellationToken)
    {
        var gate = ScanGate.Of(options);
        var dismissals = await DismissalSet.ReadAsync(options, DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime), cancellationToken);
        var inputs = await InputsAsync(subject, dismissals, cancellationToken);
        return inputs is { } known && await files.FindAsync(known, cancellationToken) is { } earlier && !(time.GetUtcNow() - earlier.At > Lasts)
            ? (earlier, true)
            : (await ScanAsync(subject, gate, dismissals, inputs ?? Digest.Of(Encoding.UTF8.GetBytes(Guid.NewGuid().ToString())), files, cancellationToken), false);
    }

    // Everything the result depends on; a change of any of it means another scan. The version names the commit it was built from.
    private async Task<Digest?> InputsAsync(ScanSubject subject, DismissalSet dismissals, CancellationToken cancellationToken)
    {
        if (await VulnerabilitySources.StampAsync(sources, cancellationToken) is not { } stamp)
        {
            return null;
        }

        string[] inputs =
        [
            Version, subject.Digest.ToString(), options.FailOn, options.FailOnUnfixed ?? options.FailOn, stamp.ToString(), dismissals.Inputs.ToString(),
            subject.Name, subject.Version, subject.Time.ToString("O"),
            .. (subject.BaseLayers ?? []).Select(layer => layer.ToString()).Order(StringComparer.Ordinal),
            .. subject.Images.Select(image => BuiltPackages.StampOf(image.PackageDescriptions)),
        ];
        return Digest.Of(Encoding.UTF8.GetBytes(string.Join('\n', inputs)));
    }

    private async Task<ScanReport> ScanAsync(ScanSubject subject, ScanGate gate, DismissalSet dismissals, Digest inputs, ScanFiles files, CancellationToken cancellationToken)
    {
        var scanner = new ImageScanner(sources, dismissals, subject.BaseLayers);
        var source = subject.Open();
        using var reading = source.BeginReading(cancellationToken);
        var results = new List<ScanResult>();
        var (sboms, documents) = (new List<byte[]>(), new List<byte[]>());
        foreach (var platform in subject.Images)
        {
            results.Add(await images.ScanAsync(
                source,
                platform.Digest,
                files.Scratch,
                image => scanner.ScanAsync(image, source, subject.Digest, platform.ReadBuilt(), files.Scratch, cancellationToken),
                cancellationToken));
            var about = subject.ToSbomSubject(platform, Version);
            sboms.Add(CycloneDx.Write(results[^1].Inventory, about));
            documents.Add(Spdx.Write(results[^1].Inventory, about));
        }

        var result = new PlatformScans(results);
        var sarif = Sarif.Write(result.Findings, result.Dismissed, subject.Digest, Version);
        var report = new ScanReport
        {
            Scanner = $"ImmutableBuild {Version}",
            Inputs = inputs,
            Image = subject.Digest,
            At = time.GetUtcNow(),
            Verdict = result.Verdict(gate),
            FailOn = options.FailOn,
            FailOnUnfixed = options.FailOnUnfixed ?? options.FailOn,
            OperatingSystem = result.OperatingSystem is { } name ? PrintableText.Of(name) : null,
            Sources = result.Sources,
            NotAssessed = result.NotAssessed,
            Components = result.Components,
            Counts = result.Findings.GroupBy(finding => SeverityWords.Of(finding.Severity)).ToImmutableSortedDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal),
            Findings = [.. result.Findings.Select(ReportedFinding.Of)],
            Dismissed = [.. result.Dismissed.Select(ReportedDismissal.Of)],
            Expired = [.. result.Expired.Select(ReportedDismissal.Of)],
            UnusedIgnores = [.. dismissals.Unused(result.Used).Select(dismissal => PrintableText.Of(dismissal.Title))],
            Sboms = [.. sboms.Concat(documents).Select(sbom => Digest.Of(sbom))],
            Sarif = Digest.Of(sarif),
        };
        files.Write(report, sboms.Concat(documents), sarif);
        return report;
    }
}
