using System.Collections.Immutable;

namespace ImmutableBuild.Scanning.Packages;

/// <summary>A package with what it provides and needs, by name. Its own name is always provided.</summary>
internal sealed record ProvidingPackage(Component Component, string[] Provides, string[] Needs);

/// <summary>Turns needs by name into references to the packages that provide it.</summary>
internal static class Dependencies
{
    // Many times what any system has: the bound of what a hostile database can make the graph cost.
    private const int MaximumNames = 5_000_000;

    /// <summary>The components with their graph; a need that nothing installed provides is none. Throws <see cref="FormatException"/> for too many.</summary>
    public static ImmutableArray<Component> Resolve(IReadOnlyCollection<ProvidingPackage> packages)
    {
        if (packages.Sum(package => (long)package.Provides.Length + package.Needs.Length) > MaximumNames)
        {
            throw new FormatException($"its packages provide and need more than {MaximumNames} names");
        }

        // The first one that provides a name is taken for it, as the package's own name comes first.
        var providers = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, reference) in packages.Select(package => (package.Component.Name, package.Component.Reference))
            .Concat(packages.SelectMany(package => package.Provides.Select(name => (name, package.Component.Reference)))))
        {
            providers.TryAdd(name, reference);
        }

        return
        [
            .. packages.Select(package => package.Component with
            {
                DependsOn = package.Needs.Select(name => providers.GetValueOrDefault(name)).OfType<string>()
                    .Where(reference => reference != package.Component.Reference).ToImmutableSortedSet(StringComparer.Ordinal),
            }),
        ];
    }
}
