using System.CommandLine;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Drift;
using ImmutableBuild.Tool.Output;

namespace ImmutableBuild.Tool.Commands;

/// <summary><c>immutable heal</c>: replaces drifted instances by fresh ones of the same generation.</summary>
internal static class HealCommand
{
    public static Command Create() => ToolCommand.Create("heal", "Replace drifted instances by fresh ones of the same generation.", [BuildProperties.Option], async (parsed, output, cancellationToken) =>
    {
        var scope = await AppScope.ReadAsync(parsed, cancellationToken, BuildProperties.Read(parsed));
        var reporter = new ToolReporter(output);
        await using var app = new OpenedApp(scope, reporter);
        var result = await new Heal(app.Target, app.Verifier, TimeProvider.System, reporter).RunAsync(scope.App, scope.Options.Rollout, cancellationToken);
        output.Answer(result, StatusJson.Default.HealResult, text => Show(result, text));
        if (result.Remaining.IsDrifted)
        {
            output.Tell(DestroyErrors.StillDrifted(result.Remaining));
        }

        return ExitCodes.Done;
    });

    private static void Show(HealResult result, ToolOutput output)
    {
        if (result.Healed.IsEmpty)
        {
            output.Line($"{result.App} has nothing that a heal mends.");
        }

        foreach (var healed in result.Healed)
        {
            output.Line($"{healed.Generation}: instance {healed.Fresh} in place of {healed.Drifted} ({string.Join(", ", healed.Kinds)})", "bold green");
        }

        if (result.Remaining.IsDrifted)
        {
            DriftCommand.Show(result.Remaining, output);
        }
    }
}
