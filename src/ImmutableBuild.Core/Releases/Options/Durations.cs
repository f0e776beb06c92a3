using System.Globalization;

namespace ImmutableBuild.Releases.Options;

/// <summary>The text form of durations in options: <c>500ms</c>, <c>30s</c>, <c>2m</c>, <c>1h</c> or <c>hh:mm:ss</c>.</summary>
public static class Durations
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    private static readonly (string Suffix, double Milliseconds)[] Units = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)];

    /// <summary>Parses a duration from 0 to 24 hours.</summary>
    public static bool TryParse(string text, out TimeSpan value)
    {
        value = default;
        return text.Contains(':', StringComparison.Ordinal)
            ? TimeSpan.TryParseExact(text, [@"h\:m\:s", @"h\:m\:s\.FFF"], CultureInfo.InvariantCulture, out value) && value <= Longest
            : TryParseUnits(text, out value);
    }

    private static bool TryParseUnits(string text, out TimeSpan value)
    {
        value = default;
        foreach (var (suffix, milliseconds) in Units)
        {
            if (text.EndsWith(suffix, StringComparison.Ordinal)
                && double.TryParse(text.AsSpan(0, text.Length - suffix.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                var total = number * milliseconds;
                value = total <= Longest.TotalMilliseconds ? TimeSpan.FromMilliseconds(total) : default;
                return total <= Longest.TotalMilliseconds;
            }
        }

        return false;
    }
}
