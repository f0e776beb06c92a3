using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Scanning;

namespace ImmutableBuild.Tool.Output;

/// <summary>Gives what scans found: all of it, whether the gate takes it or not.</summary>
internal static class ScanAnswers
{
    /// <summary>Runs the scans and answers; what they end with.</summary>
    public static async Task<int> GiveAsync(ToolOutput output, Func<Action<ScanAnswer>, Task> scan)
    {
        var answers = ImmutableArray.CreateBuilder<ScanAnswer>();
        try
        {
            await scan(answers.Add);
        }
        catch (ImmutableBuildException refusal) when (answers.Count > 0)
        {
            Answer(output, answers.ToImmutable());
            foreach (var reason in refusal.Diagnostics)
            {
                output.Tell(reason);
            }

            return ExitCodes.Refused;
        }

        Answer(output, answers.ToImmutable());
        return ExitCodes.Done;
    }

    private static void Answer(ToolOutput output, ImmutableArray<ScanAnswer> answers) => output.Answer(answers, ScanAnswerJson.Default.ImmutableArrayScanAnswer, text =>
    {
        foreach (var answer in answers)
        {
            Show(answer, text);
        }
    });

    private static void Show(ScanAnswer answer, ToolOutput output)
    {
        output.Line($"{answer.Image} ({answer.Digest}): {ScanLines.Summary(answer)}", answer.Verdict switch { Verdicts.Pass => "bold green", Verdicts.Fail => "bold red", _ => "yellow" });
        if (!answer.Sources.IsEmpty)
        {
            output.Line($"asked: {string.Join(", ", answer.Sources)}", "grey");
        }

        if (!answer.Rows.IsEmpty)
        {
            output.Table([.. ScanAnswer.Heads], [.. answer.Rows.Select(row => row.ToArray())]);
        }

        foreach (var reason in answer.NotAssessed)
        {
            output.Line($"not assessed: {reason}", "yellow");
        }
    }
}
