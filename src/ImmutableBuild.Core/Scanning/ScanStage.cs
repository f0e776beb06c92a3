using System.Collections.Immutable;
using System.Reflection;
using System.Text;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Bases;
using ImmutableBuild.Releases;
using ImmutableBuild.Scanning.Advisories;
using ImmutableBuild.Scanning.Packages;
using ImmutableBuild.Scanning.Reports;

namespace ImmutableBuild.Scanning;

/// <summary>
/// Scan: lists what is in the image, judges it, and writes <c>sbom.cdx.json</c> and <c>sbom.spdx.json</c> (one for each platform), <c>scan.sarif</c> and
/// <c>scan.json</c> beside the record. Refuses findings at or over the gate (IMB3001) and, where protected, an image that could not be assessed (IMB3002).
/// </summary>
public sealed class ScanStage : IStage
{
    private const int WorstNamed = 5;

    private static readonly TimeSpan StaleAfter = TimeSpan.FromDays(14);
    private static readonly string Version = typeof(ScanStage).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    /// <inheritdoc/>
    public StageName Name => StageName.Scan;

    /// <inheritdoc/>
    public async Task<StageResult> RunAsync(ReleaseRecord record, StageContext context, CancellationToken cancellationToken)
    {
        ReleaseChain.RequireEarlier(record, Name);
        var gate = SeverityGate.Parse(context.Options.Scan.FailOn);
        var files = new ScanFiles(context.WorkDirectory, record.Bake!.Images);
        var inputs = InputsOf(record, context.Options.Scan);
        var earlier = await files.FindAsync(inputs, cancellationToken);
        var report = earlier ?? await ScanAsync(record, context, gate, inputs, files, cancellationToken);
        Judge(report, context, gate, files);
        return new StageResult(record with { Scan = ToRecord(report, files) }, Summary(report, unchanged: earlier is not null));
    }

    // Everything the result depends on; a change of any of it means another scan. The version names the commit it was built from.
    private static Digest InputsOf(ReleaseRecord record, ScanOptions options)
    {
        var bake = record.Bake!;
        var directory = options.AdvisoryDirectory;
        string[] inputs =
        [
            Version, bake.Digest.ToString(), options.FailOn, directory ?? "", directory is null ? "" : AdvisoryDirectory.Stamp(directory).ToString(),
            record.App.App, record.Compile.Commit.ToString(), record.Compile.CommitTime.ToString("O"),
            .. BaseLayers(bake).Select(layer => layer.ToString()).Order(StringComparer.Ordinal),
            .. record.Compile.Published.Select(published => BuiltPackages.StampOf(published.PackageDescriptions)),
        ];
        return Digest.Of(Encoding.UTF8.GetBytes(string.Join('\n', inputs)));
    }

    private static async Task<ScanReport> ScanAsync(
        ReleaseRecord record, StageContext context, FindingSeverity? gate, Digest inputs, ScanFiles files, CancellationToken cancellationToken)
    {
        var bake = record.Bake!;
        var directory = context.Options.Scan.AdvisoryDirectory;
        var advisories = directory is null ? null : await AdvisoryDirectory.ReadAsync(directory, cancellationToken);
        var results = new List<ScanResult>();
        var (sboms, documents) = (new List<byte[]>(), new List<byte[]>());
        var images = new NotedImages(context.Options.DataDirectory, context.Time);
        foreach (var platform in bake.Images)
        {
            results.Add(await images.ScanAsync(
                OciLayout.Open(bake.Layout),
                platform.Digest,
                files.Scratch,
                image => Task.FromResult(ImageScanner.Scan(image, BuiltFor(platform, record), advisories, BaseLayers(bake), cancellationToken)),
                cancellationToken));
            var subject = new SbomSubject(record.App.App, record.Compile.Commit.ToString(), platform.Digest, record.Compile.CommitTime, Version);
            sboms.Add(CycloneDx.Write(results[^1].Inventory, subject));
            documents.Add(Spdx.Write(results[^1].Inventory, subject));
        }

        var result = new PlatformScans(results);
        var sarif = Sarif.Write(result.Findings, bake.Digest, Version);
        var report = new ScanReport
        {
            Scanner = $"ImmutableBuild {Version}",
            Inputs = inputs,
            Image = bake.Digest,
            At = context.Time.GetUtcNow(),
            Verdict = result.Verdict(gate),
            FailOn = context.Options.Scan.FailOn,
            OperatingSystem = result.OperatingSystem is { } name ? PrintableText.Of(name) : null,
            Advisories = advisories is null ? null : new AdvisorySource(directory!, advisories.Count, advisories.Content, advisories.Newest),
            NotAssessed = result.NotAssessed,
            Components = result.Components,
            Counts = result.Findings.GroupBy(finding => SeverityGate.Word(finding.Severity)).ToImmutableSortedDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal),
            Findings = [.. result.Findings.Select(ToReported)],
            Sboms = [.. sboms.Concat(documents).Select(sbom => Digest.Of(sbom))],
            Sarif = Digest.Of(sarif),
        };
        files.Write(report, sboms.Concat(documents), sarif);
        return report;
    }

    private static void Judge(ScanReport report, StageContext context, FindingSeverity? gate, ScanFiles files)
    {
        if (report.Advisories is { Newest: { } newest } source && context.Time.GetUtcNow() - newest > StaleAfter)
        {
            context.Reporter.Warn(ScanErrors.AdvisoriesStale(source.Directory, newest, context.Time.GetUtcNow() - newest));
        }

        if (report.Verdict == Verdicts.Fail)
        {
            var failing = report.Findings.Where(finding => SeverityGate.ParseWord(finding.Severity) >= gate).ToArray();
            var worst = failing.Take(WorstNamed).Select(finding => $"{finding.Severity} {finding.Id} in {finding.Subject}: {finding.Message} {finding.WayOut}").ToArray();
            throw ScanErrors.GateFailed(report.Image, report.FailOn, failing.Length, worst, files.Report);
        }

        if (report.Verdict == Verdicts.NotAssessed)
        {
            var severity = context.Options.Protected ? Severity.Error : Severity.Warning;
            var diagnostic = ScanErrors.NotAssessed(report.Image, report.NotAssessed, severity);
            if (severity == Severity.Error)
            {
                throw new ImmutableBuildException(diagnostic);
            }

            context.Reporter.Warn(diagnostic);
        }
    }

    private static BuiltPackages? BuiltFor(PlatformImageRecord image, ReleaseRecord record) => record.Compile.Published
        .Where(published => published.PackageDescriptions is not null && ImagePlatform.OfRuntimeIdentifier(published.RuntimeIdentifier).ToString() == image.Platform)
        .Select(published => BuiltPackages.TryRead(published.PackageDescriptions!))
        .FirstOrDefault();

    private static ImmutableHashSet<Digest> BaseLayers(BakeRecord bake) => [.. bake.Layers.Where(layer => layer.Name == "base").Select(layer => layer.Digest)];

    private static ReportedFinding ToReported(Finding finding) => new(
        finding.Id, finding.Aliases, SeverityGate.Word(finding.Severity), finding.Subject, finding.Message, finding.WayOut,
        finding.Path is null ? null : PrintableText.Of(finding.Path), finding.Line > 0 ? finding.Line : null, finding.Layer);

    private static ScanRecord ToRecord(ScanReport report, ScanFiles files) => new()
    {
        Image = report.Image,
        Verdict = report.Verdict,
        At = report.At,
        Components = report.Components,
        Findings = report.Counts,
        Details = [.. report.Findings.Select(finding => new ScanFindingRecord(finding.Id, finding.Severity, finding.Subject, $"{finding.Message} {finding.WayOut}"))],
        SbomFiles = files.Sboms,
        SarifFile = files.Sarif,
    };

    private static string Summary(ScanReport report, bool unchanged)
    {
        var counts = report.Counts.Count == 0 ? "no findings" : string.Join(", ", report.Counts.Select(count => $"{count.Value} {count.Key}"));
        var verdict = report.Verdict == Verdicts.NotAssessed ? "not assessed" : report.Verdict;
        return $"{verdict}: {report.Components} components, {counts}{(unchanged ? $"; nothing changed since the scan of {report.At:u}" : "")}";
    }
}
