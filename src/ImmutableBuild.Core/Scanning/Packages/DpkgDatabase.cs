using System.Collections.Immutable;
using ImmutableBuild.Images;

namespace ImmutableBuild.Scanning.Packages;

/// <summary>Reads dpkg's list of packages (deb-control(5)), whole or one file for each package as distroless images have it.</summary>
internal static class DpkgDatabase
{
    /// <summary>The packages that have files in the image. Throws <see cref="FormatException"/> for a paragraph without name or version.</summary>
    /// <param name="text">The content of <c>status</c>, or of one file of <c>status.d</c>.</param>
    /// <param name="os">The distribution; part of the package URLs.</param>
    /// <param name="path">Where the file is.</param>
    /// <param name="layer">The layer it came in.</param>
    public static ImmutableArray<Component> Read(string text, OsRelease os, string path, Digest layer)
    {
        var packages = Paragraphs.Of(text).Where(HasFiles).Select(fields => ToPackage(fields, os, path, layer)).ToArray();
        var byName = packages.ToLookup(package => package.Name, package => package.Component.Reference, StringComparer.Ordinal);
        return [.. packages.Select(package => package.Component with { DependsOn = package.Depends.SelectMany(names => FirstInstalled(names, byName)).ToImmutableSortedSet(StringComparer.Ordinal) })];
    }

    // The last word of Status tells (dpkg(1), "Package states"). A package that waits for triggers, or whose installation stopped
    // half way, has its files in the image like any other. Files of status.d have no Status: what they describe is there.
    private static bool HasFiles(IReadOnlyDictionary<string, string> fields) =>
        !fields.TryGetValue("Status", out var status) || status.Split(' ')[^1] is not ("not-installed" or "config-files");

    private static Package ToPackage(IReadOnlyDictionary<string, string> fields, OsRelease os, string path, Digest layer)
    {
        var name = fields.GetValueOrDefault("Package") ?? throw new FormatException("a package has no name");
        var version = fields.GetValueOrDefault("Version") ?? throw new FormatException($"the package '{name}' has no version");
        var (source, sourceVersion) = SourceOf(fields.GetValueOrDefault("Source"), name, version);
        var distribution = os.VersionId is null ? os.Id : $"{os.Id}-{os.VersionId}";
        var component = new Component
        {
            Kind = ComponentKind.Library,
            Name = name,
            Version = version,
            Purl = fields.TryGetValue("Architecture", out var architecture)
                ? PackageUrl.Of("deb", os.Id, name, version, ("arch", architecture), ("distro", distribution))
                : PackageUrl.Of("deb", os.Id, name, version, ("distro", distribution)),
            Advisory = os.Ecosystem is { } ecosystem ? new AdvisoryIdentity(ecosystem, source, sourceVersion) : null,
            Supplier = Maintainer.NameOf(fields.GetValueOrDefault("Maintainer")),
            Locations = ImmutableSortedSet.Create(StringComparer.Ordinal, path),
            Layer = layer,
        };
        return new Package(name, component, [.. $"{fields.GetValueOrDefault("Pre-Depends")},{fields.GetValueOrDefault("Depends")}".Split(',').Select(Alternatives)]);
    }

    // "name", or "name (version)" where the source has another version than the package.
    private static (string Name, string Version) SourceOf(string? field, string name, string version)
    {
        var parts = (field ?? name).Split(' ', 2, StringSplitOptions.TrimEntries);
        return (parts[0], parts.Length > 1 ? parts[1].Trim('(', ')') : version);
    }

    private static string[] Alternatives(string dependency) =>
        [.. dependency.Split('|').Select(alternative => alternative.Trim().Split(' ', '(', ':')[0]).Where(name => name.Length > 0)];

    private static IEnumerable<string> FirstInstalled(string[] names, ILookup<string, string> byName) =>
        names.FirstOrDefault(byName.Contains) is { } name ? byName[name].Take(1) : [];

    private sealed record Package(string Name, Component Component, string[][] Depends);
}
