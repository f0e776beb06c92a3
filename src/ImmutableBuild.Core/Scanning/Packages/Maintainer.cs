namespace ImmutableBuild.Scanning.Packages;

/// <summary>Who packs a package, as dpkg and apk write it: <c>Name &lt;mail@address&gt;</c>.</summary>
internal static class Maintainer
{
    private const int MaximumLength = 200;

    /// <summary>The name without the address, which a bill of materials has no need of; null for none.</summary>
    public static string? NameOf(string? field)
    {
        var name = (field ?? "").Split('<', 2)[0].Trim();
        return name.Length == 0 ? null : name.Length > MaximumLength ? name[..MaximumLength].Trim() : name;
    }
}
