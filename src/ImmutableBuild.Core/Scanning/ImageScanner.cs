using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Scanning.Advisories;
using ImmutableBuild.Scanning.Content;
using ImmutableBuild.Scanning.Packages;

namespace ImmutableBuild.Scanning;

/// <summary>Looks at an image: lists what is in it, asks the advisories about each package, and applies the content rules.</summary>
internal static class ImageScanner
{
    /// <summary>Scans. <paramref name="built"/> is null where it isn't known what the app was built from, <paramref name="advisories"/> where there is no source: then no package was assessed, and the result says so (N1).</summary>
    public static ScanResult Scan(ImageFileSystem image, BuiltPackages? built, AdvisorySet? advisories, ImmutableHashSet<Digest> baseLayers, CancellationToken cancellationToken)
    {
        var inventory = InventoryReader.Read(image, built, cancellationToken);
        var unknown = inventory.Components.Where(component => !HasVersion(component)).ToHashSet();
        var vulnerable = advisories is null ? [] : AdvisoryMatcher.Match(inventory.Components.Where(component => !unknown.Contains(component)), advisories);
        var content = ContentRules.Check(new ContentContext(image, inventory, baseLayers), cancellationToken);
        return new ScanResult(
            inventory,
            [
                .. vulnerable.Concat(content)
                    .OrderByDescending(finding => finding.Severity)
                    .ThenBy(finding => finding.Id, StringComparer.Ordinal)
                    .ThenBy(finding => finding.Subject, StringComparer.Ordinal),
            ],
            [.. NotAssessed(inventory, advisories, unknown).Select(PrintableText.Of)]);
    }

    private static IEnumerable<string> NotAssessed(Inventory inventory, AdvisorySet? advisories, IEnumerable<Component> unknown)
    {
        var ecosystems = inventory.Components.Select(component => component.Advisory?.Ecosystem).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        if (advisories is null)
        {
            yield return "no advisories are at hand, so no package was looked up";
        }
        else
        {
            foreach (var ecosystem in ecosystems.Where(ecosystem => !advisories.Covers(ecosystem)))
            {
                yield return $"the advisories do not speak of {ecosystem}, of which the image holds packages";
            }
        }

        foreach (var component in unknown)
        {
            yield return $"{component.Name} has the version '{component.Version}', which its ecosystem does not know";
        }

        foreach (var reason in inventory.Unread)
        {
            yield return reason;
        }
    }

    private static bool HasVersion(Component component) =>
        component.Advisory is not { } identity || AdvisoryMatcher.OrderOf(identity.Ecosystem)!.IsVersion(identity.Version);
}
