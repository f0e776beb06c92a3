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
                text.Line($"{scope.App} was not released yet.");
                return;
            }

            text.Table(
                ["#", "when", "what", "cause", "generation", "replaced", "by", "reason"],
                [.. history.Select(line => new[]
                {
                    $"{line.Sequence}", $"{line.At:u}", $"{line.Event}", $"{line.Cause}", $"{line.Generation}", $"{line.Replaced}", line.By, line.Reason ?? "",
                })]);
        });
        return ExitCodes.Done;
    });
}
