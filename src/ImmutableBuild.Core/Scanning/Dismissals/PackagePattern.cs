namespace ImmutableBuild.Scanning.Dismissals;

/// <summary>A package URL as people write it to name a package: without a version it is any version's, and qualifiers narrow it only where they are given.</summary>
internal sealed class PackagePattern
{
    private readonly string _name;
    private readonly string? _version;
    private readonly string[] _qualifiers;

    private PackagePattern(string text) => (Text, (_name, _version, _qualifiers)) = (text, Split(text));

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>Reads one; throws <see cref="FormatException"/> for what is no package URL.</summary>
    public static PackagePattern Parse(string text) =>
        text.StartsWith("pkg:", StringComparison.Ordinal) && text.Length <= 1024 && text.IndexOf('/', StringComparison.Ordinal) is > 4 and var slash && slash < text.Length - 1
            ? new PackagePattern(text)
            : throw new FormatException($"'{text}' is no package URL, such as pkg:nuget/Newtonsoft.Json@12.0.1");

    /// <summary>Whether a package is one of those it names.</summary>
    public bool Matches(string purl)
    {
        var (name, version, qualifiers) = Split(purl);
        return string.Equals(name, _name, NamesIgnoreCase(name) ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal)
            && (_version is null || string.Equals(version, _version, StringComparison.OrdinalIgnoreCase))
            && _qualifiers.All(qualifier => qualifiers.Contains(qualifier, StringComparer.Ordinal));
    }

    private static bool NamesIgnoreCase(string name) => name.StartsWith("pkg:nuget/", StringComparison.OrdinalIgnoreCase);

    private static (string Name, string? Version, string[] Qualifiers) Split(string purl)
    {
        var parts = purl.Split('#')[0].Split('?', 2);
        var at = parts[0].LastIndexOf('@');
        var (name, version) = at < 0 ? (parts[0], null) : (parts[0][..at], (string?)Uri.UnescapeDataString(parts[0][(at + 1)..]));
        return (Uri.UnescapeDataString(name), version, parts.Length > 1 ? parts[1].Split('&', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString).ToArray() : []);
    }
}
