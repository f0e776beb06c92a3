using System.Collections.Immutable;
using System.Globalization;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Debugging;
using ImmutableBuild.Releases;
using ImmutableBuild.Reports;
using ImmutableBuild.Trust.Verification;

namespace ImmutableBuild.MSBuild;

/// <summary>The lines that rollback, promote, status, history, verify and stop print into a build log.</summary>
internal static class VerbLines
{
    public static IEnumerable<string> Of(RollbackResult rollback)
    {
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"  {rollback.To} is live again{(rollback.From is { } from ? $", it replaced {from}" : "")} ({(rollback.WasStandby ? "it ran already" : "made again from the ledger")}, {rollback.Elapsed.TotalSeconds:0.00} s, {Units.RequestsLost(rollback.Run.RequestsLost)}).");
    }

    /// <summary>As a release ends.</summary>
    public static IEnumerable<string> Of(ReleaseRecord promoted, ProjectInput input) =>
        [$"  Report: {Path.Combine(input.WorkDirectory, ReleaseReport.HtmlFile)}", .. ReleaseSummary.Of(promoted, input.ProjectName, input.ProjectFile)];

    public static IEnumerable<string> Of(Status status) => StatusLines.Of(status);

    public static IEnumerable<string> Of(ImmutableArray<HistoryLine> history) =>
        history.IsEmpty
            ? ["  Nothing was released yet."]
            : history.Select(line => string.Create(
                CultureInfo.InvariantCulture,
                $"  {line.Sequence,4}  {line.At:u}  {line.Event,-6} {line.Cause,-8} {line.Generation}  by {line.By}{(line.Reason is { } reason ? $": {reason}" : "")}"));

    /// <summary>A build has no terminal to give: the copy stays until its time is over.</summary>
    public static IEnumerable<string> Of(ReleaseOptions options, (GenerationId Generation, IDebugCopy Copy) debug) =>
    [
        $"  A copy of {debug.Generation} runs without traffic as {debug.Copy.Name}, for {options.Debug.Limit.TotalMinutes:0.#} minutes.",
        $"  To look:          {string.Join(' ', debug.Copy.Shell)}",
        $"  To end it before: {debug.Copy.Destroy}",
    ];

    public static IEnumerable<string> Of(VerificationReport report) =>
        Columns.Of(["check", "outcome", "detail"], [.. report.Rows.Select(row => new[] { row.Check, row.Word, row.Detail })]);

    public static IEnumerable<string> OfStop(AppKey app, IReadOnlyList<GenerationId> gone) =>
        [gone.Count == 0 ? $"  {app} did not run." : $"  {app} is stopped; gone: {string.Join(", ", gone)}. Its history stays."];
}
