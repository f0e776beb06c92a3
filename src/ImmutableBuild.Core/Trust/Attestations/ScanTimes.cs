using System.Globalization;
using ImmutableBuild.Trust.Signatures;

namespace ImmutableBuild.Trust.Attestations;

/// <summary>When a scan that is attested was made.</summary>
internal static class ScanTimes
{
    private static readonly TimeSpan Lasts = TimeSpan.FromDays(1);

    /// <summary>When it ended; null where the statement is no scan's, or doesn't say it as RFC 3339 does.</summary>
    public static DateTimeOffset? Of(InTotoStatement statement) =>
        statement.PredicateType == PredicateTypes.Scan
        && DateTimeOffset.TryParse(statement.Predicate.At("metadata").TextOf("scanFinishedOn"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;

    /// <summary>Whether a scan says something new for its time alone.</summary>
    public static bool IsOutdated(InTotoStatement older, InTotoStatement newer) => Of(older) is { } before && Of(newer) is { } after && after - before > Lasts;
}
