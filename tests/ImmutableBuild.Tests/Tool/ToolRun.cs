using System.Diagnostics;
using System.Text.Json;

namespace ImmutableBuild.Tests.Tool;

/// <summary>One run of the built tool, as a process.</summary>
internal sealed record ToolRun(int ExitCode, string Output, string Errors)
{
    /// <summary>The answer, when nothing but one JSON document is on standard output.</summary>
    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Output);

    private static string Program => Path.Combine(AppContext.BaseDirectory, "immutable.dll");

    /// <summary>This, or a failed test that shows everything the tool wrote.</summary>
    public ToolRun ShouldEndWith(int exitCode)
    {
        ExitCode.ShouldBe(exitCode, $"{Output}\n{Errors}");
        return this;
    }

    public static Task<ToolRun> StartAsync(string directory, params string[] arguments) => StartAsync(directory, [], arguments);

    public static async Task<ToolRun> StartAsync(string directory, (string Name, string Value)[] variables, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Program, .. arguments])
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new ToolRun(process.ExitCode, output, await errors);
    }
}
