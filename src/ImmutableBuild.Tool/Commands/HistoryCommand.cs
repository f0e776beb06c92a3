using System.CommandLine;
using ImmutableBuild.Generations;
using ImmutableBuild.Tool.Output;

namespace ImmutableBuild.Tool.Commands;

/// <summary><c>immutable history</c>: the ledger, newest first.</summary>
internal static class HistoryCommand
{
    public static Command Create() => ToolCommand.Create("history", "What was live or failed, newest first.", [], async (parsed, output, cancellationToken) =>
    {
        var scope = await AppScope.ReadAsync(parsed, cancellationToken);
        await using var app = new OpenedApp(scope, new ToolReporter(output));
        var history = History.Of(await app.Target.ObserveAsync(scope.App, cancellationToken));
        output.Answer(history, StatusJson.Default.ImmutableArrayHistoryLine, text =>
        {
            if (history.IsEmpty)
            {
                text.Line($"Nothing of {scope.App} was released yet.");
                return;
            }

            text.Table(
                ["#", "when", "what", "generation", "by"],
                [.. history.Select(line => new[] { $"{line.Sequence}", $"{line.At:u}", What(line), $"{line.Generation}", Who(line.By) })],
                row => history[row].Reason);
        });
        return ExitCodes.Done;
    });

    private static string What(HistoryLine line) => (line.Event, line.Cause) switch
    {
        (LedgerEvent.Failed, LedgerCause.Rollback) => "rollback failed",
        (LedgerEvent.Failed, LedgerCause.Promote) => "promotion failed",
        (LedgerEvent.Failed, _) => "failed",
        (_, LedgerCause.Rollback) => "rolled back",
        (_, LedgerCause.Promote) => "promoted",
        (_, LedgerCause.Heal) => "healed",
        _ => "released",
    };

    /// <summary><c>user@host</c> of the lease's holder; the rest of its name is in the JSON.</summary>
    private static string Who(string holder) => holder.Split(',')[0];
}
