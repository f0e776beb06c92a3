using System.Globalization;
using ImmutableBuild.Errors;
using ImmutableBuild.Scanning;
using ImmutableBuild.Trust.Attestations;
using ImmutableBuild.Trust.Signatures;

namespace ImmutableBuild.Trust.Verification;

/// <summary>Holds the newest scan against what is expected: a later one that fails outweighs all that passed.</summary>
/// <param name="policy">What is expected of it.</param>
/// <param name="now">The time that its age is counted to; null where any age will do.</param>
internal sealed class ScanCheck(ScanPolicy policy, DateTimeOffset? now)
{
    private static readonly TimeSpan ClocksDiffer = TimeSpan.FromHours(1);

    /// <summary>The newest scan that has a verdict and a time; null for none. What other scanners find is for others to judge.</summary>
    public static InTotoStatement? NewestOf(IEnumerable<InTotoStatement> scans) =>
        scans.Where(scan => VerdictOf(scan) is not null && ScanTimes.Of(scan) is not null).MaxBy(scan => ScanTimes.Of(scan));

    /// <summary>Why it is refused; null when it isn't.</summary>
    public string? FindFault(InTotoStatement scan)
    {
        var (verdict, at) = (VerdictOf(scan)!, ScanTimes.Of(scan)!.Value);
        return verdict == Verdicts.NotAssessed && !policy.AllowNotAssessed ? "not everything could be assessed"
            : verdict is not (Verdicts.Pass or Verdicts.NotAssessed) ? $"its verdict is '{PrintableText.Of(verdict)}'"
            : policy.MaxAgeDays is { } days && now is { } time && time - at > TimeSpan.FromDays(days) ? string.Create(CultureInfo.InvariantCulture, $"it is of {at:u}, older than {days} days")
            : now is { } today && at - today > ClocksDiffer ? string.Create(CultureInfo.InvariantCulture, $"it is of {at:u}, which is still to come")
            : null;
    }

    /// <summary>What it says, in a line.</summary>
    public static string Describe(InTotoStatement scan) => string.Create(CultureInfo.InvariantCulture, $"{VerdictOf(scan)}, of {ScanTimes.Of(scan):u}");

    private static string? VerdictOf(InTotoStatement scan) => scan.Predicate.At("scanner", "result").TextOf("verdict");
}
