using System.Diagnostics;

namespace ImmutableBuild.IntegrationTests.Rig;

/// <summary>Runs a program of the system to its end.</summary>
internal static class SystemProgram
{
    // Something has hung after that: on a machine with twenty other programs at work, this one takes ten times as long as alone.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    /// <summary>The program's path; null when the PATH has none of that name.</summary>
    public static string? Find(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Where(directory => directory.Length > 0)
        .Select(directory => Path.Combine(directory, name))
        .FirstOrDefault(File.Exists);

    /// <summary>Skips the test, with the reason, where a program is not installed.</summary>
    public static void SkipUnlessInstalled(string name) =>
        Assert.SkipWhen(Find(name) is null, $"{name} is not on the PATH (tests/rig/install.sh).");

    /// <summary>Runs it; its output and errors are one text.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(string program, IEnumerable<string> arguments, Dictionary<string, string>? variables = null)
    {
        var (code, output, errors) = await RunToEndAsync(program, arguments, variables);
        return (code, output + errors);
    }

    /// <summary>Runs it and returns what it wrote to its standard output; fails the test unless it ends with 0.</summary>
    public static async Task<string> SucceedAsync(string program, string[] arguments, Dictionary<string, string>? variables = null)
    {
        var (code, output, errors) = await RunToEndAsync(program, arguments, variables);
        code.ShouldBe(0, $"{program} {string.Join(' ', arguments)}: {output} {errors}");
        return output;
    }

    /// <summary>
    /// Has another process write a script: a file that this one writes is open in every process that is just being started here, too, and the system runs
    /// no file that somebody has open for writing.
    /// </summary>
    public static void WriteScript(string file, string text)
    {
        using var writer = Process.Start(new ProcessStartInfo("sh", ["-c", "cat > \"$0\" && chmod 700 \"$0\"", file]) { UseShellExecute = false, RedirectStandardInput = true })!;
        writer.StandardInput.Write(text);
        writer.StandardInput.Close();
        writer.WaitForExit();
        writer.ExitCode.ShouldBe(0);
    }

    private static async Task<(int ExitCode, string Output, string Errors)> RunToEndAsync(string program, IEnumerable<string> arguments, Dictionary<string, string>? variables)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var (name, value) in variables ?? [])
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Longest);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
