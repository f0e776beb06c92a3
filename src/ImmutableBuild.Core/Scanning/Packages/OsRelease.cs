using ImmutableBuild.Scanning.Advisories;

namespace ImmutableBuild.Scanning.Packages;

/// <summary>Which distribution an image is made of (os-release(5)).</summary>
/// <param name="Id"><c>debian</c>, <c>alpine</c>, <c>ubuntu</c>, …</param>
/// <param name="VersionId"><c>12</c>, <c>3.20.1</c>; null where the file names none, as Debian's testing.</param>
/// <param name="Name"><c>Debian GNU/Linux 12 (bookworm)</c>.</param>
internal sealed record OsRelease(string Id, string? VersionId, string Name)
{
    /// <summary>OSV's name of the distribution's advisories; null for one that this scanner knows none of.</summary>
    public string? Ecosystem => (Id, VersionId?.Split('.')) switch
    {
        ("debian", [var major, ..]) => $"Debian:{major}",
        ("alpine", [var major, var minor, ..]) => $"Alpine:v{major}.{minor}",
        // OSV marks the long-term releases, which come in April of even years.
        ("ubuntu", [{ Length: 2 } year, "04"]) when (year[1] - '0') % 2 == 0 => $"Ubuntu:{year}.04:LTS",
        ("ubuntu", [var year, var month]) => $"Ubuntu:{year}.{month}",
        ("wolfi", _) => "Wolfi",
        ("chainguard", _) => "Chainguard",
        ("rhel", [var major, ..]) => EcosystemName.RedHatOf(major),
        ("rocky", [var major, ..]) => $"Rocky Linux:{major}",
        ("almalinux", [var major, ..]) => $"AlmaLinux:{major}",
        ("azurelinux" or "mariner", [var major, ..]) => $"Azure Linux:{major}",
        ("mageia", [var major, ..]) => $"Mageia:{major}",
        ("opensuse-leap", not null) => $"openSUSE:Leap {VersionId}",
        ("opensuse-tumbleweed", _) => "openSUSE:Tumbleweed",
        ("sles" or "sled" or "sles_sap", [{ Length: 2 } major]) => EcosystemName.SuseOf(major),
        ("sles" or "sled" or "sles_sap", [("12" or "15") and var major, var pack]) => EcosystemName.SuseOf(pack == "0" ? major : $"{major} SP{pack}"),
        ("sles" or "sled" or "sles_sap", not null) => EcosystemName.SuseOf(VersionId!),
        _ => null,
    };

    /// <summary>Reads the file; null when it names no distribution.</summary>
    public static OsRelease? Parse(string text)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n'))
        {
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && line[0] != '#')
            {
                values[line[..equals]] = Unquote(line[(equals + 1)..].Trim());
            }
        }

        return values.TryGetValue("ID", out var id) && id.Length > 0
            ? new OsRelease(id, values.GetValueOrDefault("VERSION_ID"), values.GetValueOrDefault("PRETTY_NAME", id))
            : null;
    }

    private static string Unquote(string value) => value is ['"' or '\'', _, ..] && value[^1] == value[0] ? value[1..^1] : value;
}
