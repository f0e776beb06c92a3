using System.CommandLine;
using System.Diagnostics;
using ImmutableBuild.Generations.Debugging;
using ImmutableBuild.Releases.Options;
using ImmutableBuild.Tool.Output;

namespace ImmutableBuild.Tool.Commands;

/// <summary>
/// <c>immutable debug</c>: a shell in a copy of what is live, which is destroyed when the shell ends. With a command, or where nobody sits at a
/// terminal, it runs that, or what standard input says, and ends as that does.
/// </summary>
internal static class DebugCommand
{
    public static Command Create()
    {
        var limit = new Option<string>("--limit") { Description = "How long the copy is there at most, such as 15m.", HelpName = "time" };
        var image = new Option<string>("--image") { Description = "An image with a shell to look with, where the app's has none.", HelpName = "reference" };
        var program = new Argument<string[]>("command") { Description = "What to run instead of a shell, after --.", Arity = ArgumentArity.ZeroOrMore };
        var command = ToolCommand.Create("debug", "Look at a copy of what is live, without touching it.", [limit, image, BuildProperties.Option], async (parsed, output, cancellationToken) =>
        {
            var properties = BuildProperties.Read(parsed);
            properties = parsed.GetValue(limit) is { } time ? properties.SetItem(OptionCatalogue.DebugLimit.Name, time) : properties;
            properties = parsed.GetValue(image) is { } tools ? properties.SetItem(OptionCatalogue.DebugImage.Name, tools) : properties;
            var scope = await AppScope.ReadAsync(parsed, cancellationToken, properties);
            await using var app = new OpenedApp(scope, new ToolReporter(output));
            var (generation, copy) = await new DebugApp(app.Target).RunAsync(scope.App, scope.Options.Debug, cancellationToken);
            await using var ending = copy;
            output.Remark($"{copy.Name} is a copy of {generation} without traffic. It is destroyed at the end of this, or in {scope.Options.Debug.Limit.TotalMinutes:0.#} minutes.");
            return await RunAsync(copy, parsed.GetValue(program) ?? [], cancellationToken);
        });
        command.Arguments.Add(program);
        return command;
    }

    private static async Task<int> RunAsync(IDebugCopy copy, string[] command, CancellationToken cancellationToken)
    {
        // Who has docker's own program gets a real terminal.
        if (command.Length == 0 && !Console.IsInputRedirected && !Console.IsOutputRedirected && await ShellAsync(copy, cancellationToken) is { } code)
        {
            return code;
        }

        await using var input = Console.OpenStandardInput();
        await using var output = Console.OpenStandardOutput();
        await using var errors = Console.OpenStandardError();
        return await copy.RunAsync(command, input, output, errors, cancellationToken);
    }

    private static async Task<int?> ShellAsync(IDebugCopy copy, CancellationToken cancellationToken)
    {
        try
        {
            using var shell = Process.Start(new ProcessStartInfo(copy.Shell[0], copy.Shell.Skip(1)));
            await shell!.WaitForExitAsync(cancellationToken);
            return shell.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
