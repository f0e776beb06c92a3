using System.Text.RegularExpressions;
using ImmutableBuild.AcceptanceTests.Infrastructure;

namespace ImmutableBuild.AcceptanceTests;

/// <summary>This repository's own build, by the scripts in its root.</summary>
public sealed partial class OwnBuildTests
{
    [Fact]
    public async Task Every_target_that_one_script_lists_is_planned_by_the_other()
    {
        var shell = await PowerShell.InstallAsync();

        var help = (await Command.RunAsync(Path.Combine(Repository.Root, "build.sh"), Repository.Root, ["--help"], PackedPackage.Quiet)).ShouldSucceed();
        string[] targets = [.. ListedTarget.Matches(help.StandardOutput).Select(line => line.Groups["name"].Value)];
        foreach (var target in (string[])["BuildSolution", "Test", "Pack", "Compile", "Deploy", "Release", "Rollback"])
        {
            targets.ShouldContain(target);
        }

        var plan = (await shell.RunHereAsync($"./build.ps1 {string.Join(' ', targets)} --plan --immutable-environment 'a b'")).ShouldSucceed();
        foreach (var target in targets)
        {
            plan.StandardOutput.ShouldContain($"\n  {target}");
        }

        var refused = await shell.RunHereAsync("./build.ps1 NoSuchTarget");
        refused.ExitCode.ShouldNotBe(0);
        refused.ShouldSay("'NoSuchTarget' does not exist");
    }

    [GeneratedRegex(@"^  (?<name>[A-Z]\w+)( \(default\))?( +-> .*)?\s*$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 300_000)]
    private static partial Regex ListedTarget { get; }
}
