using ImmutableBuild.Generations.Drift;
using ImmutableBuild.Reports;

namespace ImmutableBuild.Shells;

/// <summary>The lines that drift and heal print into a build log.</summary>
public static class DriftLines
{
    /// <summary>What differs, line by line.</summary>
    public static IEnumerable<string> Of(DriftReport report)
    {
        if (report.Lease is { } lease)
        {
            yield return $"  {Printable.Line(lease.Holder)} is changing it; what is at work may show as drift.";
        }

        if (!report.IsDrifted)
        {
            yield return report.Runs ? $"  {report.App} runs as it was released." : $"  {report.App} does not run.";
            yield break;
        }

        string[] heads = ["where", "what", "expected", "found", "cure"];
        foreach (var line in Columns.Of(heads, [.. DriftRow.Of(report).Select(row => new[] { row.Where, row.What, row.Expected, row.Found, row.Cure })]))
        {
            yield return line;
        }
    }

    /// <summary>What was mended, and what still differs.</summary>
    public static IEnumerable<string> Of(HealResult result)
    {
        if (result.Healed.IsEmpty)
        {
            yield return $"  {result.App} has nothing that a heal mends.";
        }

        foreach (var healed in result.Healed)
        {
            yield return $"  {healed.Generation}: instance {healed.Fresh} in place of {healed.Drifted} ({string.Join(", ", healed.Kinds)}).";
        }

        foreach (var line in result.Remaining.IsDrifted ? Of(result.Remaining) : [])
        {
            yield return line;
        }
    }
}
