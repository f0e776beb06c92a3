using System.CommandLine;
using ImmutableBuild.Errors;
using ImmutableBuild.GitHub.Runs;
using ImmutableBuild.Tool.Output;
using Spectre.Console;

namespace ImmutableBuild.Tool;

/// <summary>What all commands do alike: open the output, run, and tell a refusal by its code.</summary>
internal static class ToolCommand
{
    private const int LongestLine = 10_000;

    /// <summary>A command named <paramref name="name"/> that does <paramref name="run"/> and ends with what that gives back.</summary>
    public static Command Create(string name, string description, IEnumerable<Option> options, Func<ParseResult, ToolOutput, CancellationToken, Task<int>> run)
    {
        var command = new Command(name, description);
        foreach (var option in options)
        {
            command.Options.Add(option);
        }

        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, run, cancellationToken));
        return command;
    }

    /// <summary>Tells, as JSON too, that the command line was not understood.</summary>
    public static int RefuseUsage(ImmutableBuildException refusal)
    {
        Refuse(refusal, Open(asJson: true));
        return ExitCodes.Usage;
    }

    private static async Task<int> RunAsync(ParseResult parsed, Func<ParseResult, ToolOutput, CancellationToken, Task<int>> run, CancellationToken cancellationToken)
    {
        var output = Open(parsed.GetValue(AppScope.Json));
        try
        {
            return await run(parsed, output, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCodes.Interrupted;
        }
        catch (ImmutableBuildException refusal)
        {
            return Refuse(refusal, output);
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            return Refuse(InternalErrors.Unexpected(fault), output);
        }
    }

    private static ToolOutput Open(bool asJson) =>
        new(Terminal(Console.Out, Console.IsOutputRedirected), Terminal(Console.Error, Console.IsErrorRedirected), Console.Out, asJson)
        {
            // To standard error, since standard output may be JSON: a runner reads commands from both.
            Run = RunLog.Find(Environment.GetEnvironmentVariable, Console.Error.WriteLine),
        };

    /// <summary>Plain lines where nobody sees colours, or where NO_COLOR (https://no-color.org) says that none are wanted.</summary>
    private static IAnsiConsole Terminal(TextWriter writer, bool redirected)
    {
        var plain = redirected || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = plain ? AnsiSupport.No : AnsiSupport.Detect,
            Interactive = plain ? InteractionSupport.No : InteractionSupport.Detect,
        });

        // Lines are not broken here, so that paths and addresses can be copied; a terminal wraps them by itself.
        console.Profile.Width = LongestLine;
        return console;
    }

    private static int Refuse(ImmutableBuildException refusal, ToolOutput output)
    {
        foreach (var diagnostic in refusal.Diagnostics)
        {
            output.Tell(diagnostic);
        }

        if (output.AsJson)
        {
            output.Answer(
                new RefusalAnswer([.. refusal.Diagnostics.Select(diagnostic => new ErrorAnswer(diagnostic.Code, diagnostic.Message))]),
                ToolJson.Default.RefusalAnswer,
                _ => { });
        }

        return ExitCodes.Refused;
    }
}
