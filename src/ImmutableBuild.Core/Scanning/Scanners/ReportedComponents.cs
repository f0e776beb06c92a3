using System.Collections.Immutable;
using ImmutableBuild.Scanning.Advisories;
using ImmutableBuild.Scanning.Packages;

namespace ImmutableBuild.Scanning.Scanners;

/// <summary>Finds the components that a scanner of others speaks of among those that were listed here; one that is not among them is made.</summary>
/// <param name="image">The image.</param>
internal sealed class ReportedComponents(ImageInQuestion image)
{
    private readonly ILookup<string, Component> _byName = image.Inventory.Components.ToLookup(component => Key(TypeOf(component.Purl), component.Name, component.Version), StringComparer.Ordinal);

    /// <summary>The component of a vulnerability.</summary>
    public Component Of(ReportedVulnerability found)
    {
        var type = TypeOf(found.Purl) ?? found.PurlType;
        return _byName[Key(type, found.Name, found.Version)].FirstOrDefault() ?? new Component
        {
            Kind = ComponentKind.Library,
            Name = found.Name,
            Version = found.Version,
            Purl = found.Purl ?? (type is null ? null : PackageUrl.Of(type, null, found.Name, found.Version)),
            Locations = found.Path.Length == 0 ? ImmutableSortedSet<string>.Empty : ImmutableSortedSet.Create(StringComparer.Ordinal, found.Path),
            Layer = image.TopLayer,
        };
    }

    // NuGet's ids are compared without case.
    private static string Key(string? type, string name, string version) => $"{type}\n{(type == "nuget" ? name.ToLowerInvariant() : name)}\n{version}";

    private static string? TypeOf(string? purl) => purl?.Split('/')[0] is { Length: > 4 } scheme && scheme.StartsWith("pkg:", StringComparison.Ordinal) ? scheme[4..] : null;
}
