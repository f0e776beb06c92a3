using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace ImmutableBuild.Tests.Nuke;

/// <summary>How a build ended.</summary>
internal sealed partial record NukeRun(int ExitCode, string Output)
{
    /// <summary>The targets that said they ran, in order.</summary>
    public ImmutableArray<string> Ran => [.. RanLine.Matches(Output).Select(line => line.Groups["target"].Value)];

    /// <summary>What the release was asked for, in order.</summary>
    public ImmutableArray<string> Asked => [.. AskedLine.Matches(Output).Select(line => line.Groups["what"].Value.TrimEnd())];

    /// <summary>The row of a target in the table at the end: its status, and what it reported.</summary>
    public string RowOf(string target) => Regex.Match(Output, $@"^{target} +(?<row>.*?)\s*$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, TimeSpan.FromMinutes(5)).Groups["row"].Value;

    [GeneratedRegex(@"(^|\] )ran (?<target>\w+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 300_000)]
    private static partial Regex RanLine { get; }

    [GeneratedRegex(@"^asked for (?<what>.*)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 300_000)]
    private static partial Regex AskedLine { get; }
}

/// <summary>A repository with a <c>.nuke</c> directory, in which a build class of <c>ImmutableBuild.NukeBuilds</c> is run as a program.</summary>
internal sealed class NukeRepository : IDisposable
{
    private readonly string _buildClass;

    public NukeRepository(string buildClass, string parameters = "{}")
    {
        _buildClass = buildClass;
        Write(".nuke/parameters.json", parameters);
        Write("src/App.csproj", "<Project />");
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("nuke ü ").FullName;

    public static string Program { get; } = AppContext.BaseDirectory.Replace("ImmutableBuild.Tests", "ImmutableBuild.NukeBuilds", StringComparison.Ordinal) + "ImmutableBuild.NukeBuilds.dll";

    public void Write(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(Root, path))!);
        File.WriteAllText(Path.Combine(Root, path), content);
    }

    public Task<NukeRun> RunAsync(params string[] arguments) => RunWithAsync([], arguments);

    public async Task<NukeRun> RunWithAsync(Dictionary<string, string> variables, params string[] arguments)
    {
        using var process = Start("dotnet", [Program, .. arguments], variables);
        return await EndAsync(process, "");
    }

    /// <summary>Runs it until it says <paramref name="until"/>, and sends what Ctrl+C does; also where whoever runs the tests has told them to ignore that.</summary>
    public async Task<NukeRun> InterruptAsync(Dictionary<string, string> variables, string until, params string[] arguments)
    {
        using var process = Start("env", ["--default-signal=INT", "dotnet", Program, .. arguments], variables);
        var output = new StringBuilder();
        while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            output.AppendLine(line);
            if (line.Contains(until, StringComparison.Ordinal))
            {
                using var kill = Process.Start("kill", ["-INT", $"{process.Id}"]);
                await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
                break;
            }
        }

        return await EndAsync(process, output.ToString());
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private static async Task<NukeRun> EndAsync(Process process, string before)
    {
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new NukeRun(process.ExitCode, before + await output + errors);
    }

    private Process Start(string program, IEnumerable<string> arguments, Dictionary<string, string> variables)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = Root, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var variable in start.Environment.Keys.Where(name => name.StartsWith("GITHUB", StringComparison.Ordinal) || name.StartsWith("IMMUTABLE", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(variable);
        }

        start.Environment["BUILD_CLASS"] = _buildClass;
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}
