using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ImmutableBuild.Images;
using ImmutableBuild.Scanning.Reports;

namespace ImmutableBuild.Scanning;

/// <summary>What a scan found, for people and as JSON.</summary>
/// <param name="Image">The image, as it was asked for.</param>
/// <param name="Digest">Its digest.</param>
/// <param name="Verdict"><c>pass</c>, <c>fail</c> or <c>notAssessed</c>.</param>
/// <param name="At">When it was scanned.</param>
/// <param name="Components">How many components are in it.</param>
/// <param name="Findings">What counts, the worst first.</param>
/// <param name="Dismissed">How many findings do not count.</param>
/// <param name="NotAssessed">What could not be looked at.</param>
/// <param name="Sources">Who was asked, with the age of what it knows.</param>
public sealed record ScanAnswer(
    string Image,
    Digest Digest,
    string Verdict,
    DateTimeOffset At,
    int Components,
    ImmutableArray<ScanAnswerFinding> Findings,
    int Dismissed,
    ImmutableArray<string> NotAssessed,
    ImmutableArray<string> Sources)
{
    /// <summary>The heads of <see cref="Rows"/>.</summary>
    [JsonIgnore]
    public static ImmutableArray<string> Heads { get; } = ["severity", "finding", "where", "from", "fix", "gate"];

    /// <summary>The findings as a table's rows.</summary>
    [JsonIgnore]
    public ImmutableArray<ImmutableArray<string>> Rows =>
        [.. Findings.Select(finding => ImmutableArray.Create(finding.Severity, finding.Id, finding.Subject, finding.Origin ?? "", finding.Fix ?? (finding.Fixable ? "see the rule" : "none yet"), finding.Refused ? "refused" : ""))];

    /// <summary>The answer of a report.</summary>
    internal static ScanAnswer Of(string image, ScanReport report, ScanOptions options, DateTimeOffset now)
    {
        var gate = ScanGate.Of(options);
        return new ScanAnswer(
            image, report.Image, report.Verdict, report.At, report.Components,
            [.. report.Findings.Select(finding => new ScanAnswerFinding(
                finding.Id, finding.Aliases, finding.Severity, finding.Subject, finding.Message, finding.WayOut, finding.Fix, finding.Fixable, finding.Origin,
                gate.Refuses(SeverityWords.Parse(finding.Severity), finding.Fixable)))],
            report.Dismissed.Length, report.NotAssessed, [.. report.Sources.Select(source => ScanLines.Source(source.Name, source.AsOf, now))]);
    }
}

/// <summary>One finding.</summary>
/// <param name="Id">The advisory or rule.</param>
/// <param name="Aliases">Other ids of it.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="Subject">What it is about.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="WayOut">What to do about it.</param>
/// <param name="Fix">The version that mends it; null where none is known or needed.</param>
/// <param name="Fixable">Whether something mends it today.</param>
/// <param name="Origin"><c>base</c> or <c>own</c>; null where that is not known.</param>
/// <param name="Refused">Whether the gate refuses it.</param>
public sealed record ScanAnswerFinding(
    string Id, ImmutableArray<string> Aliases, string Severity, string Subject, string Message, string WayOut, string? Fix, bool Fixable, string? Origin, bool Refused);

/// <summary>The JSON form of answers.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(ImmutableArray<ScanAnswer>))]
public sealed partial class ScanAnswerJson : JsonSerializerContext;
