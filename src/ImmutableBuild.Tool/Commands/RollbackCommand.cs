using System.CommandLine;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Reports;
using ImmutableBuild.Tool.Output;

namespace ImmutableBuild.Tool.Commands;

/// <summary><c>immutable rollback</c>: back to what was live before, or to a generation of the history.</summary>
internal static class RollbackCommand
{
    public static Command Create()
    {
        var to = new Option<string>("--to") { Description = "The generation to go to. Default: the one that was live before." };
        var keep = new Option<int>("--keep") { Description = "Generations kept warm afterwards, as ImmutableKeep.", DefaultValueFactory = _ => 1 };
        return ToolCommand.Create("rollback", "Go back to what was live before.", [to, keep], async (parsed, output, cancellationToken) =>
        {
            var scope = await AppScope.ReadAsync(parsed, cancellationToken);
            var reporter = new ToolReporter(output);
            var plan = new RolloutPlan { Keep = parsed.GetValue(keep) };
            await using var app = new OpenedApp(scope, reporter, plan.Keep);
            var rollback = new Rollback(app.Target, app.Verifier, TimeProvider.System, reporter, Environment.GetEnvironmentVariable);
            var done = await rollback.RunAsync(new RollbackRequest(scope.App, GenerationOf(parsed.GetValue(to)), plan), cancellationToken);
            var answer = new RollbackAnswer(scope.App, done.From, done.To, done.WasStandby, done.Elapsed.TotalMilliseconds, done.Run.RequestsLost, [.. done.Destroyed]);
            output.Answer(answer, ToolJson.Default.RollbackAnswer, text => text.Line(
                $"{done.To} is live{(done.From is { } from ? $" in place of {from}" : "")}: {(done.WasStandby ? "it ran already" : "made again from the ledger")}, "
                + $"{Units.Duration(done.Elapsed)}, {Units.Count(done.Run.RequestsLost, "request")} lost.",
                "bold green"));
            return ExitCodes.Done;
        });
    }

    private static GenerationId? GenerationOf(string? text)
    {
        try
        {
            return text is null ? null : GenerationId.Parse(text);
        }
        catch (FormatException fault)
        {
            throw ToolErrors.NameInvalid("--to", fault);
        }
    }
}
