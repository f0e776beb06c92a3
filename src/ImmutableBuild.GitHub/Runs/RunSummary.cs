using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using ImmutableBuild.Errors;
using ImmutableBuild.Releases;
using ImmutableBuild.Reports;

namespace ImmutableBuild.GitHub.Runs;

/// <summary>The summary that a workflow's run shows of a step: one table, in Markdown.</summary>
public static class RunSummary
{
    /// <summary>What a release has come to.</summary>
    /// <param name="record">Its record, as far as it came.</param>
    /// <param name="diagnostics">What it was refused for.</param>
    /// <param name="notes">The release notes; null for none.</param>
    public static string Of(ReleaseRecord record, ImmutableArray<Diagnostic> diagnostics, string? notes)
    {
        var report = ReleaseReport.Create(record, diagnostics);
        var text = new StringBuilder();
        text.Append($"### {Markdown.Text(report.Headline)}\n\n");
        foreach (var diagnostic in diagnostics)
        {
            text.Append($"**{diagnostic.Code}** {Markdown.Text(diagnostic.Message)}\n\n");
        }

        Table(text, Rows(record, report));
        if (report is { Outcome: ReleaseOutcome.Live, RollbackNote: { } note })
        {
            Back(text, report.RollbackCommand, note);
        }

        if (notes is not null)
        {
            text.Append($"<details><summary>What is new</summary>\n\n{notes}\n</details>\n\n");
        }

        return text.ToString();
    }

    /// <summary>What a rollback or promotion did.</summary>
    public static string Of(LiveChange change)
    {
        var text = new StringBuilder();
        text.Append($"### {Markdown.Text($"{change.Cause} of {change.Live.App}")}\n\n");
        Table(
            text,
            [
                ("Live", Markdown.Code(change.Live.Id.ToString())),
                ("Replaced", change.Replaced is { } replaced ? Markdown.Code(replaced.ToString()) : "nothing"),
                ("Image", Markdown.Code($"{change.Live.Repository}@{change.Live.Image}")),
                ("Commit", Markdown.Code(change.Live.Commit.ToString())),
                ("Serves at", change.Url is { } url ? Markdown.Text(url) : null),
                ("Requests lost", Units.Counted(change.RequestsLost)),
            ]);
        return text.ToString();
    }

    private static IEnumerable<(string Name, string? Value)> Rows(ReleaseRecord record, ReleaseReport report)
    {
        var gate = record.HealthGate;
        yield return ("Serves at", gate?.Url is { } url ? Markdown.Text(url) : null);
        yield return ("Generation", (gate?.Live ?? record.Deploy?.Spec.Id) is { } generation ? Markdown.Code(generation.ToString()) : null);
        yield return ("Replaced", gate is null ? null : gate.Replaced is { } replaced ? Markdown.Code(replaced.ToString()) : "nothing");
        yield return ("Requests lost", gate is null ? null : Units.Counted(record.RequestsLost));
        yield return ("Image", record.Push is { } push ? Markdown.Code($"{push.Repository}:{push.Tag}") : record.Deploy is { } deploy ? Markdown.Code(deploy.Spec.Repository) : null);
        yield return ("Digest", (record.Bake?.Digest ?? record.Deploy?.Spec.Image) is { } digest ? Markdown.Code(digest.ToString()) : null);
        yield return ("Scan", record.Scan is { } scan ? Markdown.Text(Scan(scan)) : null);
        yield return ("Commit", Markdown.Code(record.Compile.Commit.ToString()));
        yield return ("Duration", $"{Units.Duration(report.Elapsed)}{(record.Elapsed.Count > 1 ? $" ({string.Join(", ", record.Elapsed.Select(stage => $"{stage.Key} {Units.Duration(stage.Value)}"))})" : "")}");
    }

    private static string Scan(ScanRecord scan)
    {
        var counts = scan.Findings.Where(finding => finding.Value > 0).Select(finding => string.Create(CultureInfo.InvariantCulture, $"{finding.Value} {finding.Key}")).ToList();
        return $"{scan.Verdict}: {Units.Count(scan.Components, "component")}, {(counts.Count == 0 ? "no findings" : string.Join(", ", counts))}";
    }

    private static void Table(StringBuilder text, IEnumerable<(string Name, string? Value)> rows)
    {
        text.Append("| | |\n| --- | --- |\n");
        foreach (var (name, value) in rows.Where(row => row.Value is not null))
        {
            text.Append($"| {name} | {value} |\n");
        }

        text.Append('\n');
    }

    private static void Back(StringBuilder text, string command, string note) => text.Append($"To go back: {Markdown.Code(command)}. {Markdown.Text(note)}\n\n");
}
