using System.Collections.Immutable;
using ImmutableBuild.Reports;

namespace ImmutableBuild.Generations.Drift;

/// <summary>One row of the table that people read, made harmless for whatever shows it.</summary>
/// <param name="Where">The generation's instance, or what else it is.</param>
/// <param name="What">In what it differs.</param>
/// <param name="Expected">How it was released.</param>
/// <param name="Found">How it is.</param>
/// <param name="Cure">What to do.</param>
public sealed record DriftRow(string Where, string What, string Expected, string Found, string Cure)
{
    private const int Longest = 100;

    /// <summary>The rows of <paramref name="report"/>.</summary>
    public static ImmutableArray<DriftRow> Of(DriftReport report) => [.. report.Findings.Select(Of)];

    private static DriftRow Of(DriftFinding finding)
    {
        var kind = $"{finding.Kind}".ToLowerInvariant();
        var where = finding.Instance is { } instance ? $"{finding.Generation} instance {instance}" : kind;
        return new DriftRow(Cell(where), Cell(finding.Instance is null ? finding.Subject : $"{kind}: {finding.Subject}"), Cell(finding.Expected), Cell(finding.Found), Cell(finding.Cure));
    }

    private static string Cell(string text)
    {
        var line = Printable.Line(text);
        return line.Length <= Longest ? line : $"{line[..(Longest - 1)]}…";
    }
}
