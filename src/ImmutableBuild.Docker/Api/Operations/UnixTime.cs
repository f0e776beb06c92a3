using System.Globalization;

namespace ImmutableBuild.Docker.Api.Operations;

/// <summary>Times as queries have them: seconds of Unix, with a fraction.</summary>
internal static class UnixTime
{
    /// <summary>The time; null for none.</summary>
    public static string? Of(DateTimeOffset? time) => time is { } at
        ? string.Create(CultureInfo.InvariantCulture, $"{at.ToUnixTimeSeconds()}.{(at.UtcTicks % TimeSpan.TicksPerSecond) * 100:000000000}")
        : null;
}
