using System.Text.Json;
using ImmutableBuild.AcceptanceTests.Infrastructure;

namespace ImmutableBuild.AcceptanceTests.Workflows;

/// <summary>What GitHub's runner does, done here (tests/rig/runner).</summary>
internal sealed class WorkflowRunner
{
    private readonly ScratchRepository _repository;
    private readonly string _packages;

    private WorkflowRunner(ScratchRepository repository, string packages) => (_repository, _packages) = (repository, packages);

    /// <summary>Skips the test, with the reason, where node or its packages can't be had.</summary>
    public static async Task<WorkflowRunner> InstallAsync(ScratchRepository repository)
    {
        Assert.SkipUnless(HasOnPath("jq"), "jq is not on the PATH (tests/rig/install.sh).");
        return new WorkflowRunner(repository, await InstallPackagesAsync(repository));
    }

    /// <summary>The directory of npm's packages that read and run pipelines; skips the test, with the reason, where they can't be had.</summary>
    public static async Task<string> InstallPackagesAsync(ScratchRepository repository)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || !HasOnPath("node") || !HasOnPath("npm"), "node and npm are not on the PATH.");
        var installed = await repository.RunAsync("bash", ".", Rig("workflows.sh"));
        Assert.SkipUnless(installed.ExitCode == 0, $"The packages could not be had from npm: {installed.Output}");
        return installed.StandardOutput.Trim().Split('\n')[^1];
    }

    /// <summary>Runs a workflow of the repository's last commit, with secrets by their names.</summary>
    public async Task<WorkflowRun> RunAsync(string workflow, string happening, IReadOnlyDictionary<string, string> secrets, params string[] inputs)
    {
        foreach (var (name, value) in secrets)
        {
            _repository.SetVariable($"RUNNER_SECRET_{name}", value);
        }

        var state = Path.Combine(Path.GetDirectoryName(_repository.Root)!, $"run-{Guid.NewGuid():N}");
        var command = await _repository.RunAsync(
            "node",
            ".",
            [Rig("runner", "runner.mjs"), "--packages", _packages, "--repository", _repository.Root, "--workflow", $".github/workflows/{workflow}", "--state", state, "--event", happening,
                .. secrets.Keys.SelectMany(name => (string[])["--secret", name]), .. inputs.SelectMany(input => (string[])["--input", input])]);
        var result = Path.Combine(state, "result.json");
        File.Exists(result).ShouldBeTrue(command.Output);
        return new WorkflowRun(command, JsonSerializer.Deserialize<JsonElement>(await File.ReadAllTextAsync(result, TestContext.Current.CancellationToken)), Path.Combine(state, "artifacts"));
    }

    private static string Rig(params string[] path) => Path.Combine([Repository.Root, "tests", "rig", .. path]);

    /// <summary>Whether the machine has the program.</summary>
    public static bool HasOnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(directory => File.Exists(Path.Combine(directory, program)));
}

/// <summary>How a workflow ended.</summary>
/// <param name="Command">What it printed, with secrets hidden as the runner hides them.</param>
/// <param name="Result">The runner's own account.</param>
/// <param name="Artifacts">The directory of what it kept.</param>
internal sealed record WorkflowRun(CommandResult Command, JsonElement Result, string Artifacts)
{
    /// <summary>What the jobs wrote for the run's page, as Markdown.</summary>
    public string Summary => Result.GetProperty("summary").GetString()!;

    /// <summary>Lines in which a secret stood, and had to be hidden by the runner.</summary>
    public int Masked => Result.GetProperty("masked").GetInt32();

    /// <summary>What GitHub's API was asked by jobs that may ask it.</summary>
    public IEnumerable<string> Asked => Result.GetProperty("asked").EnumerateArray().Select(request => request.GetString()!);

    /// <summary>How a job ended.</summary>
    public string ResultOf(string job) => Result.GetProperty("jobs").GetProperty(job).GetProperty("result").GetString()!;

    /// <summary>An output of a job, or of the workflow that a job calls.</summary>
    public string Output(string job, string name) => Result.GetProperty("jobs").GetProperty(job).GetProperty("outputs").GetProperty(name).GetString()!;

    /// <summary>The files of every artifact, with its name before them.</summary>
    public IEnumerable<string> Files => Directory.EnumerateFiles(Artifacts, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Artifacts, file));
}
