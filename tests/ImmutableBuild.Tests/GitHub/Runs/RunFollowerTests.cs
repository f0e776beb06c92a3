using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.GitHub.Runs;
using ImmutableBuild.Releases;
using ImmutableBuild.Tests.Releases;

namespace ImmutableBuild.Tests.GitHub.Runs;

/// <summary>What a workflow's run reads: outputs as they become known, and one summary.</summary>
public sealed class RunFollowerTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();
    private readonly RecordingReporter _reporter = new();
    private readonly List<string> _console = [];
    private readonly Dictionary<string, string> _variables;

    public RunFollowerTests() => _variables = new Dictionary<string, string>
    {
        ["GITHUB_ACTIONS"] = "true",
        ["GITHUB_OUTPUT"] = _scratch["output"],
        ["GITHUB_STEP_SUMMARY"] = _scratch["summary"],
        ["PASSWORD"] = "a secret",
    };

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task A_release_gives_its_outputs()
    {
        await FollowAsync(FollowedReleases.Live, ReleaseChain.Stages);

        var outputs = Outputs();
        outputs.Keys.ShouldBe(["digest", "image", "generation", "url", "replaced", "changed", "requests-lost"]);
        outputs["image"].ShouldBe($"local/shop@{SampleRecord.Whole.Push!.Digest}");
        (outputs["url"], outputs["replaced"], outputs["changed"], outputs["requests-lost"]).ShouldBe(("http://127.0.0.1:1", $"{FollowedReleases.Old}", "true", "0"));
    }

    [Fact]
    public async Task A_stage_alone_gives_what_it_made()
    {
        await FollowAsync(SampleRecord.Whole, [StageName.Bake]);

        Outputs().Keys.ShouldBe(["digest"]);
    }

    [Fact]
    public void No_value_can_be_another_output()
    {
        const string Hostile = "a\nend-1\nevil<<end-1\nx\nend-1\n";

        var lines = RunOutputs.Lines([KeyValuePair.Create("url", Hostile)], () => "unforeseen");

        Read(lines).ShouldBe([KeyValuePair.Create("url", Hostile)]);
    }

    [Fact]
    public async Task A_summary_is_one_table_however_many_stages_there_were()
    {
        await FollowAsync(FollowedReleases.Live, ReleaseChain.Stages);

        var summary = await File.ReadAllTextAsync(_scratch["summary"], TestContext.Current.CancellationToken);
        summary.ShouldContain("-->\n### shop/dev is live\n\n| | |\n");
        summary.Split("### ").Length.ShouldBe(2);
        summary.ShouldContain($"| Replaced | `{FollowedReleases.Old}` |");
        summary.ShouldContain("| Scan | pass: 1 component, no findings |");
        summary.ShouldContain("To go back: `immutable rollback --app shop --environment dev`");
    }

    [Fact]
    public async Task Builds_of_one_step_make_one_summary_of_their_release_and_leave_what_is_not_theirs()
    {
        await File.WriteAllTextAsync(_scratch["summary"], "before\n", TestContext.Current.CancellationToken);
        await FollowAsync(SampleRecord.Compiled, [StageName.Compile]);
        await File.AppendAllTextAsync(_scratch["summary"], "between\n", TestContext.Current.CancellationToken);
        await FollowAsync(FollowedReleases.Live, [StageName.DestroyOld]);
        await FollowAsync(FollowedReleases.Live with { ReleaseId = "another" }, [StageName.DestroyOld]);

        var summary = await File.ReadAllTextAsync(_scratch["summary"], TestContext.Current.CancellationToken);
        summary.ShouldStartWith("before\n<!-- immutable r1 -->\n### shop/dev is live\n");
        summary.ShouldContain("<!-- end of r1 -->\nbetween\n<!-- immutable another -->");
        summary.Split("### ").Length.ShouldBe(3);
    }

    [Fact]
    public async Task A_refusal_is_in_the_summary()
    {
        using (var follower = Open())
        {
            await follower.RefusedAsync(SampleRecord.Compiled, StageName.Bake, RecordErrors.Missing("<b>file</b>"), Context());
        }

        (await File.ReadAllTextAsync(_scratch["summary"], TestContext.Current.CancellationToken)).ShouldContain("**IMB1201** ");
        (await File.ReadAllTextAsync(_scratch["summary"], TestContext.Current.CancellationToken)).ShouldNotContain("<b>");
    }

    [Fact]
    public async Task A_rollback_gives_outputs_and_a_summary_too()
    {
        using (var follower = Open())
        {
            await follower.WentLiveAsync(new LiveChange(LedgerCause.Rollback, SampleRecord.Spec, FollowedReleases.Old, "http://127.0.0.1:1", 3), Context(), CancellationToken.None);
        }

        Outputs()["requests-lost"].ShouldBe("3");
        (await File.ReadAllTextAsync(_scratch["summary"], TestContext.Current.CancellationToken)).ShouldContain("-->\n### Rollback of shop/dev\n");
    }

    [Fact]
    public async Task Lost_requests_that_nobody_counted_are_an_empty_output()
    {
        var live = FollowedReleases.Live;

        await FollowAsync(live with { DestroyOld = live.DestroyOld! with { RequestsLost = null } }, ReleaseChain.Stages);

        Outputs()["requests-lost"].ShouldBeEmpty();
        (await File.ReadAllTextAsync(_scratch["summary"], TestContext.Current.CancellationToken)).ShouldContain("| Requests lost | not counted |");
    }

    [Fact]
    public async Task Outside_of_a_run_nothing_is_written()
    {
        _variables.Remove("GITHUB_ACTIONS");

        await FollowAsync(FollowedReleases.Live, ReleaseChain.Stages, [GitHubTopic.Masks]);

        Directory.GetFiles(_scratch.Path).ShouldBeEmpty();
        _console.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_file_that_cannot_be_written_is_one_warning()
    {
        _variables["GITHUB_OUTPUT"] = _scratch["no", "such", "directory"];

        await FollowAsync(FollowedReleases.Live, ReleaseChain.Stages);

        _reporter.Lines.ShouldBe(["warning IMB1517"]);
    }

    [Fact]
    public async Task Secrets_are_hidden_once_where_that_is_asked_for()
    {
        await FollowAsync(FollowedReleases.Live, [StageName.Bake, StageName.Scan]);
        _console.ShouldBeEmpty();

        await FollowAsync(FollowedReleases.Live, [StageName.Bake, StageName.Scan], [GitHubTopic.Masks]);
        _console.ShouldBe(["::add-mask::a secret"]);
    }

    private async Task FollowAsync(ReleaseRecord record, IEnumerable<StageName> stages, ImmutableArray<GitHubTopic>? topics = null)
    {
        using var follower = Open();
        foreach (var stage in stages)
        {
            await follower.EndedAsync(record, stage, "", Context(topics), CancellationToken.None);
        }
    }

    private RunFollower Open() => new(_variables.GetValueOrDefault, _console.Add);

    private StageContext Context(ImmutableArray<GitHubTopic>? topics = null) => StageContexts.Make(
        _scratch["release"],
        options => options with { GitHub = new GitHubOptions { Topics = topics ?? [] }, SecretVariables = options.SecretVariables.Add("Db", "PASSWORD").Add("Missing", "NOT_SET") },
        _variables,
        _reporter);

    private Dictionary<string, string> Outputs() => Read(File.ReadAllText(_scratch["output"]));

    /// <summary>Reads outputs as a runner does.</summary>
    private static Dictionary<string, string> Read(string text)
    {
        var outputs = new Dictionary<string, string>();
        for (var lines = new Queue<string>(text.Split('\n')); lines.TryDequeue(out var line) && line.Length > 0;)
        {
            var (name, end) = (line.Split("<<")[0], line.Split("<<")[1]);
            var value = new List<string>();
            while (lines.Dequeue() is var part && part != end)
            {
                value.Add(part);
            }

            outputs[name] = string.Join('\n', value);
        }

        return outputs;
    }
}
