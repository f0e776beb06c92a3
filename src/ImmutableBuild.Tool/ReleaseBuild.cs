using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.RegularExpressions;
using ImmutableBuild.Releases;
using ImmutableBuild.Tool.Output;

namespace ImmutableBuild.Tool;

/// <summary>The outcome of a release's build.</summary>
/// <param name="Succeeded">It ended with 0.</param>
/// <param name="Errors">What it refused, by code.</param>
internal sealed record BuildOutcome(bool Succeeded, ImmutableArray<ErrorAnswer> Errors);

/// <summary>
/// A running build with the target <c>Release</c> or <c>Promote</c>, told as it goes: on a terminal the stages that are done and the one at work, elsewhere the
/// build's own lines.
/// </summary>
internal static partial class ReleaseBuild
{
    /// <summary>Runs it to its end. A Ctrl-C reaches the build by the terminal itself, so it is waited for, not killed.</summary>
    public static async Task<BuildOutcome> RunAsync(IEnumerable<string> arguments, StageName first, ToolOutput output, CancellationToken cancellationToken)
    {
        using var build = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var errors = new BuildErrors();
        await using (var live = output.Begin(At(first)))
        {
            while (await build.StandardOutput.ReadLineAsync(CancellationToken.None) is { } line)
            {
                errors.Read(line);
                Tell(line, output, live);
                if (NextStage(line) is { } next && !cancellationToken.IsCancellationRequested)
                {
                    live?.Begin(At(next));
                }
            }
        }

        await build.WaitForExitAsync(CancellationToken.None);
        return new BuildOutcome(build.ExitCode == 0, errors.All);
    }

    private static void Tell(string line, ToolOutput output, LiveLine? live)
    {
        if (live is not null)
        {
            live.Above(() => output.Line(line, StyleOf(line)));
        }
        else if (!output.AsJson)
        {
            output.Line(line, StyleOf(line));
        }
    }

    /// <summary>The stage after the one whose line this is; null when it is no stage's line, or the last one's.</summary>
    internal static StageName? NextStage(string line) =>
        StageLine().Match(line) is { Success: true } match && Enum.TryParse<StageName>(match.Groups["stage"].Value, out var stage) && stage < StageName.DestroyOld
            ? stage + 1
            : null;

    private static string At(StageName stage) => $"{stage}…";

    private static string StyleOf(string line) =>
        line.Contains(": error ", StringComparison.Ordinal) ? "red" : line.Contains(": warning ", StringComparison.Ordinal) ? "yellow" : "";

    [GeneratedRegex(@"^\s*(?<stage>[A-Z][A-Za-z]+)\s+\d+[.,]\d+ s\s", RegexOptions.ExplicitCapture)]
    private static partial Regex StageLine();
}
