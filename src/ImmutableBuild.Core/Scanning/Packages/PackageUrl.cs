using System.Text;

namespace ImmutableBuild.Scanning.Packages;

/// <summary>Writes package URLs (ECMA-427, purl).</summary>
internal static class PackageUrl
{
    /// <summary><c>pkg:type/namespace/name@version?qualifiers</c>; qualifiers in the order of their names.</summary>
    public static string Of(string type, string? scope, string name, string version, params ReadOnlySpan<(string Name, string Value)> qualifiers)
    {
        var purl = new StringBuilder("pkg:").Append(type).Append('/');
        if (scope is not null)
        {
            purl.Append(Escape(scope)).Append('/');
        }

        purl.Append(Escape(name)).Append('@').Append(Escape(version));
        var separator = '?';
        foreach (var (key, value) in qualifiers)
        {
            purl.Append(separator).Append(key).Append('=').Append(Escape(value));
            separator = '&';
        }

        return purl.ToString();
    }

    // The colon stays: the specification says that it must not be encoded, and Debian's epochs are full of it.
    private static string Escape(string text) => Uri.EscapeDataString(text).Replace("%3A", ":", StringComparison.Ordinal);
}
