using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace ImmutableBuild.Docker.Api;

/// <summary>A version of the Engine API.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly partial record struct ApiVersion(int Major, int Minor) : IComparable<ApiVersion>
{
    /// <summary>The oldest that is understood; it came with Docker 20.10.</summary>
    public static ApiVersion Oldest { get; } = new(1, 41);

    /// <summary>The newest that is known.</summary>
    public static ApiVersion Newest { get; } = new(1, 47);

    /// <summary>The version; null when the text is none.</summary>
    public static ApiVersion? TryParse(string? text) => text is { Length: <= 16 } && Pattern().Match(text) is { Success: true } match
        ? new ApiVersion(int.Parse(match.Groups["major"].Value, CultureInfo.InvariantCulture), int.Parse(match.Groups["minor"].Value, CultureInfo.InvariantCulture))
        : null;

    /// <summary>Whether <paramref name="left"/> is older.</summary>
    public static bool operator <(ApiVersion left, ApiVersion right) => left.CompareTo(right) < 0;

    /// <summary>Whether <paramref name="left"/> is newer.</summary>
    public static bool operator >(ApiVersion left, ApiVersion right) => left.CompareTo(right) > 0;

    /// <summary>Whether <paramref name="left"/> is not newer.</summary>
    public static bool operator <=(ApiVersion left, ApiVersion right) => left.CompareTo(right) <= 0;

    /// <summary>Whether <paramref name="left"/> is not older.</summary>
    public static bool operator >=(ApiVersion left, ApiVersion right) => left.CompareTo(right) >= 0;

    /// <inheritdoc/>
    public int CompareTo(ApiVersion other) => (Major, Minor).CompareTo((other.Major, other.Minor));

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}");

    [GeneratedRegex("^(?<major>[0-9]{1,4})\\.(?<minor>[0-9]{1,4})\\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern();
}
