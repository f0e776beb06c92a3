using System.CommandLine;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.GitHub;
using ImmutableBuild.Releases;
using ImmutableBuild.Releases.Options;
using ImmutableBuild.Reports;
using ImmutableBuild.Tool.Output;

namespace ImmutableBuild.Tool.Commands;

/// <summary><c>immutable rollback</c>: back to what was live before, or to a generation of the history.</summary>
internal static class RollbackCommand
{
    public static Command Create()
    {
        var to = new Option<string>("--to") { Description = "The generation to go to. Default: the one that was live before.", HelpName = "generation" };
        var keep = new Option<string>("--keep") { Description = "Generations kept warm afterwards, as ImmutableKeep. Default: as many as are kept warm now.", HelpName = "number" };
        return ToolCommand.Create("rollback", "Go back to what was live before.", [to, keep, BuildProperties.Option], async (parsed, output, cancellationToken) =>
        {
            var given = BuildProperties.Read(parsed);
            var scope = await AppScope.ReadAsync(parsed, cancellationToken, parsed.GetValue(keep) is { } count ? given.SetItem(OptionCatalogue.Keep.Name, count) : given);
            var generation = GenerationOf(parsed.GetValue(to)) ?? scope.Options.RollbackTo;
            var reporter = new ToolReporter(output);
            await using var app = new OpenedApp(scope, reporter);
            var plan = scope.IsSet(OptionCatalogue.Keep) ? scope.Options.Rollout : scope.Options.Rollout with { Keep = await CountStandbyAsync(app.Target, scope.App, cancellationToken) };
            var rollback = new Rollback(app.Target, app.Verifier, TimeProvider.System, reporter, Environment.GetEnvironmentVariable);
            var done = await rollback.RunAsync(new RollbackRequest(scope.App, generation, plan), cancellationToken);
            using (var follower = Followers.Create(Environment.GetEnvironmentVariable, output.Remark))
            {
                await follower.WentLiveAsync(LiveChange.Of(done), app.Context, cancellationToken);
            }

            var answer = new RollbackAnswer(
                scope.App, done.From, done.To, done.Run.Observed.Url, done.WasStandby, done.Elapsed.TotalMilliseconds, done.Run.RequestsLost, [.. done.Destroyed]);
            output.Answer(answer, ToolJson.Default.RollbackAnswer, text => Show(done, text));
            return ExitCodes.Done;
        });
    }

    private static void Show(RollbackResult done, ToolOutput output)
    {
        output.Line($"{done.To} is live{(done.From is { } from && from != done.To ? $" in place of {from}" : "")}.", "bold green");
        output.Line(
            $"{(done.WasStandby ? "It ran already" : "It was made again from the ledger")}: {Units.Duration(done.Elapsed)}, {Units.RequestsLost(done.Run.RequestsLost)}"
            + (done.Run.Observed.Url is { } url ? $", at {url}" : ""));
    }

    /// <summary>How many standby generations to keep where neither the command nor the last release says it: as many as there are.</summary>
    private static async Task<int> CountStandbyAsync(IDeploymentTarget target, AppKey app, CancellationToken cancellationToken) =>
        Status.Of(await target.ObserveAsync(app, cancellationToken)).Generations.Count(generation => generation.Role == GenerationRole.Standby);

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
