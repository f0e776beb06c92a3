using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace ImmutableBuild.AcceptanceTests.Infrastructure;

/// <summary>What a command printed, and how it ended.</summary>
internal sealed record CommandResult(string Line, int ExitCode, string Output)
{
    /// <summary>What came by standard output alone; <see cref="Output"/> has both, in the order they came.</summary>
    public required string StandardOutput { get; init; }

    /// <summary>The JSON document that standard output holds, and nothing else.</summary>
    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(StandardOutput);

    /// <summary>This, or a failed test that shows everything the command printed.</summary>
    public CommandResult ShouldSucceed() => Should(ExitCode == 0, "exit code 0");

    /// <summary>This, or a failed test: the command was expected to refuse with <paramref name="code"/>, told as MSBuild tells errors.</summary>
    public CommandResult ShouldFailWith(string code) => Should(ExitCode != 0 && Output.Contains($"error {code}:", StringComparison.Ordinal), $"a failure with error {code}");

    /// <summary>This, or a failed test: the output was expected to contain <paramref name="text"/>.</summary>
    public CommandResult ShouldSay(string text) => Should(Output.Contains(text, StringComparison.Ordinal), $"'{text}'");

    /// <summary>This, or a failed test: the output was expected not to contain <paramref name="text"/>.</summary>
    public CommandResult ShouldNotSay(string text) => Should(!Output.Contains(text, StringComparison.Ordinal), $"no '{text}'");

    private CommandResult Should(bool holds, string expected)
    {
        holds.ShouldBeTrue($"Expected {expected}.\n> {Line}\n{Output}\nexit code {ExitCode}");
        return this;
    }
}

/// <summary>Runs a program as a user would, with both outputs piped.</summary>
internal static class Command
{
    // Something has hung after that: on a machine with twenty other builds at work, a release takes ten times as long as alone.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(20);

    public static async Task<CommandResult> RunAsync(string program, string directory, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string?> environment)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = directory, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = new StringBuilder();
        var standard = new StringBuilder();
        process.OutputDataReceived += (_, line) =>
        {
            Append(standard, line.Data);
            Append(output, line.Data);
        };
        process.ErrorDataReceived += (_, line) => Append(output, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(Longest);
        try
        {
            // Also waits for both pipes to be closed: a process that inherited one of them would keep this waiting.
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException late)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"'{program} {string.Join(' ', arguments)}' did not end, or something it started still holds its output. So far:\n{Text(output)}", late);
        }

        return new CommandResult($"{program} {string.Join(' ', arguments)}", process.ExitCode, Text(output)) { StandardOutput = Text(standard) };
    }

    private static void Append(StringBuilder output, string? line)
    {
        lock (output)
        {
            output.AppendLine(line);
        }
    }

    private static string Text(StringBuilder output)
    {
        lock (output)
        {
            return output.ToString();
        }
    }
}
