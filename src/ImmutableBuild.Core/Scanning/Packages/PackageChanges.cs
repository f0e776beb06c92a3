using System.Collections.Immutable;

namespace ImmutableBuild.Scanning.Packages;

/// <summary>How the packages of one image differ from those of another.</summary>
/// <param name="Added">Those that the other one has in addition, with their versions.</param>
/// <param name="Removed">Those that it doesn't have any more.</param>
/// <param name="Changed">Those that it has in other versions.</param>
public sealed record PackageChanges(ImmutableArray<PackageChange> Added, ImmutableArray<PackageChange> Removed, ImmutableArray<PackageChange> Changed)
{
    /// <summary>No difference.</summary>
    public static PackageChanges None { get; } = new([], [], []);

    /// <summary>Compares two images by name and version, each in the order of the names.</summary>
    internal static PackageChanges Between(Inventory before, Inventory after)
    {
        var (old, fresh) = (VersionsOf(before), VersionsOf(after));
        var all = old.Keys.Union(fresh.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Select(name => new PackageChange(name, old.GetValueOrDefault(name), fresh.GetValueOrDefault(name)))
            .Where(change => change.Before != change.After)
            .ToList();
        return new PackageChanges(
            [.. all.Where(change => change.Before is null)],
            [.. all.Where(change => change.After is null)],
            [.. all.Where(change => change is { Before: not null, After: not null })]);
    }

    // Several versions of one package may be side by side, as those of .NET libraries are.
    private static Dictionary<string, string> VersionsOf(Inventory inventory) => inventory.Components
        .GroupBy(component => component.Purl?.Split('@')[0] is { } purl ? purl["pkg:".Length..] : component.Name, StringComparer.Ordinal)
        .ToDictionary(
            group => group.Key,
            group => string.Join(", ", group.Select(component => component.Version).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)),
            StringComparer.Ordinal);
}

/// <summary>How one package differs.</summary>
/// <param name="Package">Its kind and name: <c>deb/debian/openssl</c>.</param>
/// <param name="Before">Its version before; null when it wasn't there.</param>
/// <param name="After">Its version now; null when it isn't there any more.</param>
public sealed record PackageChange(string Package, string? Before, string? After);
