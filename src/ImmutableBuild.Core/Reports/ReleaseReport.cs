using System.Collections.Immutable;
using System.Text;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Reports;

/// <summary>
/// A release told to people: <c>release.md</c> and <c>release.html</c>, beside the record. Made from the record and the
/// diagnostics alone, so the same release always gives the same bytes.
/// </summary>
public sealed class ReleaseReport
{
    /// <summary>The Markdown form's file name.</summary>
    public const string MarkdownFile = "release.md";

    /// <summary>The HTML form's file name.</summary>
    public const string HtmlFile = "release.html";

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private ReleaseReport(ReleaseRecord record, ImmutableArray<Diagnostic> diagnostics, ReleaseOutcome outcome, ImmutableArray<StageRow> stages) =>
        (Record, Diagnostics, Outcome, Stages) = (record, diagnostics, outcome, stages);

    /// <summary>The record it tells of.</summary>
    public ReleaseRecord Record { get; }

    /// <summary>Errors and warnings, in the order they came.</summary>
    public ImmutableArray<Diagnostic> Diagnostics { get; }

    /// <summary>How it ended.</summary>
    public ReleaseOutcome Outcome { get; }

    /// <summary>All stages of the chain, in order.</summary>
    public ImmutableArray<StageRow> Stages { get; }

    /// <summary>Time of all stages together.</summary>
    public TimeSpan Elapsed => Record.Elapsed.Values.Aggregate(TimeSpan.Zero, (sum, elapsed) => sum + elapsed);

    /// <summary>One line that says how it ended: the title of both forms.</summary>
    public string Headline => Outcome switch
    {
        ReleaseOutcome.Live => $"{Record.App} is live",
        ReleaseOutcome.Unchanged => $"{Record.App} was live already",
        ReleaseOutcome.Partial => $"{Record.App}: done up to {Stages.Last(row => row.State == StageState.Done).Stage}",
        _ => $"{Record.App}: {FailedAt?.ToString() ?? "the release"} failed",
    };

    /// <summary>The stage that refused; null when none did.</summary>
    public StageName? FailedAt => Stages.FirstOrDefault(row => row.State == StageState.Failed)?.Stage;

    /// <summary>The command that takes the app back to what served before.</summary>
    public string RollbackCommand => $"immutable rollback --app {Record.App.App} --environment {Record.App.Environment}";

    /// <summary>What going back will do; null when this release replaced nothing.</summary>
    public string? RollbackNote => Record.HealthGate?.Replaced is not { } replaced ? null
        : Record.DestroyOld?.Kept.Contains(replaced) ?? true
            ? $"{replaced} still runs without traffic: going back only moves the route."
            : $"{replaced} is made again from the ledger, by digest and configuration, and passes the same gate before it serves.";

    /// <summary>Reads a record; any <paramref name="diagnostics"/> that is an error means that the release failed at the first stage without a result.</summary>
    public static ReleaseReport Create(ReleaseRecord record, ImmutableArray<Diagnostic> diagnostics)
    {
        var failed = diagnostics.Any(diagnostic => diagnostic.Severity == Severity.Error);
        // A promotion begins with Deploy: what comes before was another release's work.
        var first = record.Promoted is null ? StageName.Compile : StageName.Deploy;
        var rows = ImmutableArray.CreateBuilder<StageRow>();
        var start = TimeSpan.Zero;
        foreach (var stage in Enum.GetValues<StageName>())
        {
            var summary = stage < first ? null : StageRow.Summarise(record, stage);
            var state = summary is not null ? StageState.Done
                : failed && stage >= first && rows.All(row => row.Stage < first || row.State == StageState.Done) ? StageState.Failed
                : StageState.NotRun;
            TimeSpan? elapsed = record.Elapsed.TryGetValue(stage, out var noted) ? noted : null;
            rows.Add(new StageRow(stage, state, start, elapsed, summary ?? ""));
            start += elapsed ?? TimeSpan.Zero;
        }

        var outcome = failed ? ReleaseOutcome.Failed
            : record.HealthGate is null ? ReleaseOutcome.Partial
            : record.Deploy is { AlreadyLive: true } ? ReleaseOutcome.Unchanged
            : ReleaseOutcome.Live;
        return new ReleaseReport(record, diagnostics, outcome, rows.ToImmutable());
    }

    /// <summary>The Markdown form (CommonMark with tables).</summary>
    public string ToMarkdown() => MarkdownReport.Render(this);

    /// <summary>The HTML form: one file, without scripts, fonts or pictures from elsewhere.</summary>
    public string ToHtml() => HtmlReport.Render(this);

    /// <summary>Writes both forms into <paramref name="directory"/>, each whole or not at all.</summary>
    public async Task WriteAsync(string directory, CancellationToken cancellationToken)
    {
        await WriteAsync(Path.Combine(directory, MarkdownFile), ToMarkdown(), cancellationToken);
        await WriteAsync(Path.Combine(directory, HtmlFile), ToHtml(), cancellationToken);
    }

    private static async Task WriteAsync(string path, string content, CancellationToken cancellationToken)
    {
        // A name of its own: two builds of a project may end at the same time.
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            await File.WriteAllTextAsync(temporary, content, Utf8, cancellationToken);
            Renaming.Do(() => File.Move(temporary, path, overwrite: true));
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
