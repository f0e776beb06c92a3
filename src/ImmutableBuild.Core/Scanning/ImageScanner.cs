using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Scanning.Advisories;
using ImmutableBuild.Scanning.Content;
using ImmutableBuild.Scanning.Dismissals;
using ImmutableBuild.Scanning.Packages;
using ImmutableBuild.Scanning.Versions;

namespace ImmutableBuild.Scanning;

/// <summary>Looks at an image: lists what is in it, asks the sources about it, applies the content rules, and leaves out what is dismissed.</summary>
/// <param name="sources">Who knows of vulnerabilities. None: then no package is assessed, and the result says so (N1).</param>
/// <param name="dismissals">What does not count.</param>
/// <param name="baseLayers">The layers of the base image; null where they are not known.</param>
internal sealed class ImageScanner(ImmutableArray<IVulnerabilitySource> sources, DismissalSet dismissals, ImmutableHashSet<Digest>? baseLayers)
{
    /// <summary>Scans an image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="source">Where it is.</param>
    /// <param name="name">The digest by which it is known: its own, or that of the index it is in.</param>
    /// <param name="built">What the app was built from; null where that isn't known.</param>
    /// <param name="scratchDirectory">Takes what the sources need for a while.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<ScanResult> ScanAsync(ImageFileSystem image, IImageSource source, Digest name, BuiltPackages? built, string scratchDirectory, CancellationToken cancellationToken)
    {
        var inventory = InventoryReader.Read(image, built, cancellationToken);
        var question = new ImageInQuestion(source, image.Digest, image.Manifest.Config.Digest, inventory, scratchDirectory)
        {
            TopLayer = image.Manifest.Layers is [.., var top] ? top.Digest : image.Digest,
        };
        var opinions = new List<SourceOpinion>();
        foreach (var asked in sources)
        {
            opinions.Add(await asked.AskAsync(question, cancellationToken));
        }

        var vulnerable = MergedVulnerabilities.Of(opinions.SelectMany(opinion => opinion.Vulnerabilities), baseLayers);
        var content = ContentRules.Check(new ContentContext(image, inventory, baseLayers ?? []), cancellationToken).Select(WithOrigin);
        var (open, dismissed, expired) = dismissals.Apply([.. vulnerable.Concat(content).OrderByDescending(finding => finding.Severity).ThenBy(finding => finding.Id, StringComparer.Ordinal).ThenBy(finding => finding.Subject, StringComparer.Ordinal)], image.Digest, name);
        return new ScanResult(inventory, open, [.. NotAssessed(inventory, opinions).Select(PrintableText.Of).Distinct(StringComparer.Ordinal)])
        {
            Dismissed = dismissed,
            Expired = expired,
            Sources = [.. opinions.Select(opinion => opinion.Facts)],
        };
    }

    private Finding WithOrigin(Finding finding) => baseLayers is not null && finding is { Origin: null, Layer: { } layer }
        ? finding with { Origin = baseLayers.Contains(layer) ? FindingOrigin.Base : FindingOrigin.Own }
        : finding;

    private static IEnumerable<string> NotAssessed(Inventory inventory, List<SourceOpinion> opinions)
    {
        if (opinions.Count == 0)
        {
            yield return "no advisories are at hand, so no package was looked up";
        }

        foreach (var reason in opinions.SelectMany(opinion => opinion.NotAssessed))
        {
            yield return reason;
        }

        var ecosystems = inventory.Components.Select(component => component.Advisory?.Ecosystem).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        foreach (var ecosystem in ecosystems.Where(ecosystem => opinions.Count > 0 && !opinions.Any(opinion => opinion.Covers(ecosystem))))
        {
            yield return $"the advisories do not speak of {ecosystem}, of which the image holds packages";
        }

        foreach (var component in inventory.Components)
        {
            if (component.Advisory is { } identity && VersionOrder.Of(identity.Ecosystem)?.IsVersion(identity.Version) != true)
            {
                yield return $"{component.Name} has the version '{component.Version}', which its ecosystem does not know";
            }
        }

        foreach (var reason in inventory.Unread)
        {
            yield return reason;
        }
    }
}
