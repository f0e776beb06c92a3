using System.Text;
using System.Text.RegularExpressions;
using ImmutableBuild.Tests.Generated;

namespace ImmutableBuild.Tests.Workflows;

/// <summary>Which job may do what: least of all, each for a reason, and listed where a reader looks for it.</summary>
public sealed partial class WorkflowPermissionsTests
{
    private const string Page = "docs/github-actions.md";

    private static IEnumerable<WorkflowJob> Jobs => Workflow.All.SelectMany(workflow => workflow.Jobs);

    [Fact]
    public void A_workflow_has_none_and_each_job_has_its_own() => Workflow.All.ShouldAllBe(workflow =>
        workflow.Text.Contains("\npermissions: {}\n") && workflow.Jobs.All(job => job.Permissions.Count > 0));

    [Fact]
    public void What_may_write_is_in_these_jobs_and_no_others() =>
        Jobs.Where(job => job.Calls is null).SelectMany(job => job.Permissions.Where(scope => scope.Value == "write").Select(scope => $"{Path.GetFileName(job.Workflow.Name)} {job.Id}: {scope.Key}")).ShouldBe(
            [
                "immutable-release.yml code-scanning: security-events",
                "immutable-release.yml publish: attestations",
                "immutable-release.yml publish: id-token",
                "immutable-release.yml publish: packages",
                "immutable-release.yml deploy: id-token",
                "immutable-release.yml deploy: statuses",
                "immutable-run.yml run: id-token",
                "rebase.yml propose: contents",
                "rebase.yml propose: pull-requests",
            ],
            ignoreOrder: true);

    [Fact]
    public void No_build_runs_where_the_repository_or_its_findings_can_be_written() =>
        Jobs.Where(job => job.Permissions.GetValueOrDefault("contents") == "write" || job.Permissions.GetValueOrDefault("security-events") == "write")
            .Where(job => job.Calls is null && job.Scripts.Any(script => script.Contains("dotnet", StringComparison.Ordinal))).ShouldBeEmpty();

    [Fact]
    public void A_caller_grants_what_the_called_jobs_ask_for_and_nothing_more()
    {
        foreach (var job in Jobs.Where(job => job.Calls is not null))
        {
            var asked = Workflow.Called(job.Calls!).Jobs.SelectMany(called => called.Permissions).GroupBy(scope => scope.Key)
                .ToDictionary(scope => scope.Key, scope => scope.Any(grant => grant.Value == "write") ? "write" : "read");

            job.Permissions.ShouldBe(asked, ignoreOrder: true, job.ToString());
        }
    }

    [Fact]
    public void Each_permission_says_what_it_is_for() =>
        Workflow.All.SelectMany(workflow => Granted.Matches(workflow.Text).Select(line => line.Value).Where(line => !line.Contains(" # ", StringComparison.Ordinal))).ShouldBeEmpty();

    [Fact]
    public void The_page_lists_them()
    {
        var text = File.ReadAllText(Workflow.PathOf(Page)).ReplaceLineEndings("\n");
        var table = new StringBuilder("<!-- permissions -->\n| workflow | job | permissions |\n| --- | --- | --- |\n");
        foreach (var job in Jobs.Where(job => job.Calls is null && !job.Workflow.Name.EndsWith("/ci.yml", StringComparison.Ordinal)))
        {
            table.Append($"| `{Path.GetFileName(job.Workflow.Name)}` | `{job.Id}` | {string.Join(", ", job.Permissions.Select(scope => $"`{scope.Key}: {scope.Value}`"))} |\n");
        }

        GeneratedFile.ShouldBe(Page, Table.Replace(text, table.Append("<!-- /permissions -->").ToString()));
    }

    [GeneratedRegex(@"^ +[a-z-]+: (read|write)\b.*$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Granted { get; }

    [GeneratedRegex("<!-- permissions -->.*<!-- /permissions -->", RegexOptions.Singleline)]
    private static partial Regex Table { get; }
}
