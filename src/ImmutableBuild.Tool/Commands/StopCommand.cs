using System.CommandLine;
using ImmutableBuild.Generations;
using ImmutableBuild.Tool.Output;

namespace ImmutableBuild.Tool.Commands;

/// <summary><c>immutable stop</c>: takes the app down; only its history stays.</summary>
internal static class StopCommand
{
    public static Command Create() => ToolCommand.Create("stop", "Take the app down. Only its history stays.", [], async (parsed, output, cancellationToken) =>
    {
        var scope = await AppScope.ReadAsync(parsed, cancellationToken);
        var reporter = new ToolReporter(output);
        await using var app = new OpenedApp(scope, reporter);
        var stopped = await new StopApp(app.Target, TimeProvider.System, reporter).RunAsync(scope.App, cancellationToken);
        output.Answer(new StopAnswer(scope.App, [.. stopped]), ToolJson.Default.StopAnswer, text =>
            text.Line(stopped.Count == 0 ? $"{scope.App} did not run." : $"{scope.App} is stopped; gone: {string.Join(", ", stopped)}. Its history stays."));
        return ExitCodes.Done;
    });
}
