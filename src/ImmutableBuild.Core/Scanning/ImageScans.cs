using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Registries;
using ImmutableBuild.Releases;
using ImmutableBuild.Scanning.Advisories;
using ImmutableBuild.Scanning.Named;
using ImmutableBuild.Scanning.Reports;

namespace ImmutableBuild.Scanning;

/// <summary>Scans images apart from any release: one by its name, or what is live.</summary>
/// <param name="context">The options, the clock, and where the reports go.</param>
public sealed class ImageScans(StageContext context)
{
    /// <summary>
    /// Scans an image of a registry, a layout or an archive. Throws IMB3001, IMB3002 and IMB3011 as Scan does, after <paramref name="found"/> was told what was found.
    /// </summary>
    /// <param name="image">The image's name.</param>
    /// <param name="found">Takes what was found, before it is judged.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task ScanAsync(string image, Action<ScanAnswer> found, CancellationToken cancellationToken)
    {
        using var registries = Connector();
        var (report, file) = await ScanAsync(image, registries, cancellationToken);
        found(ScanAnswer.Of(image, report, context.Options.Scan, context.Time.GetUtcNow()));
        Judge(report, file);
    }

    /// <summary>
    /// Scans again what has traffic, against what is known today. Throws IMB3020 when nothing has, IMB3018 when the gate would refuse it now, after
    /// <paramref name="found"/> was told what was found.
    /// </summary>
    /// <param name="target">Where the app runs.</param>
    /// <param name="found">Takes what was found in each image, before it is judged.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task RescanAsync(IDeploymentTarget target, Action<ScanAnswer> found, CancellationToken cancellationToken)
    {
        var app = context.Options.App;
        var observed = await target.ObserveAsync(app, cancellationToken);
        var live = LiveOf(observed);
        if (live.IsEmpty)
        {
            throw ScanErrors.NothingLive(app);
        }

        using var registries = Connector();
        foreach (var spec in live)
        {
            var (report, file) = await ScanAsync($"{spec.Repository}@{spec.Image}", registries, cancellationToken);
            found(ScanAnswer.Of($"{spec.Id}", report, context.Options.Scan, context.Time.GetUtcNow()));
            try
            {
                Judge(report, file);
            }
            catch (ImmutableBuildException refusal)
            {
                throw ScanErrors.LiveRefused(app, spec.Id, refusal);
            }
        }
    }

    // What the route names, by the ledger where the target shows its generation no more.
    private static ImmutableArray<GenerationSpec> LiveOf(Observation observed) =>
    [
        .. observed.Route.Route.Shares
            .OrderByDescending(share => share.Percent)
            .Select(share => observed.Find(share.Generation)?.Spec ?? observed.Ledger.LastOrDefault(entry => entry.Spec.Id == share.Generation)?.Spec)
            .OfType<GenerationSpec>()
            .DistinctBy(spec => spec.Image),
    ];

    private RegistryConnector Connector() => new(context.Options.Push, context.ReadVariable, context.Time);

    private async Task<(ScanReport Report, string File)> ScanAsync(string name, RegistryConnector registries, CancellationToken cancellationToken)
    {
        var options = context.Options.Scan;
        using var image = await NamedImage.OpenAsync(name, context.Options.DataDirectory, registries, cancellationToken);
        var files = new ScanFiles(Directory.CreateDirectory(Path.Combine(context.WorkDirectory, image.Subject.Digest.Hex[..12])).FullName, image.Subject.Images);
        var (report, _) = await new ScanRun(options, VulnerabilitySources.Of(context), new NotedImages(context.Options.DataDirectory, context.Time), context.Time).RunAsync(image.Subject, files, cancellationToken);
        return (report, files.Report);
    }

    private void Judge(ScanReport report, string file) => new ScanJudge(context.Options.Scan, context.Options.Protected, context.Reporter, context.Time).Judge(report, file);
}
