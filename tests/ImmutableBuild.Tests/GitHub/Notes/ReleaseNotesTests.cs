using ImmutableBuild.GitHub.Api;
using ImmutableBuild.GitHub.Notes;
using ImmutableBuild.Tests.Releases;

namespace ImmutableBuild.Tests.GitHub.Notes;

public sealed class ReleaseNotesTests
{
    [Fact]
    public void Changes_are_grouped_merges_left_out_and_what_breaks_comes_first()
    {
        var notes = Of("fix: a leak", "feat(cart): carts", "chore: tidy", "feat!: other ports", "fix: a race");

        notes.Summary.ShouldBe("1 breaking change, 1 feature, 2 fixes, 1 other change");
        notes.ToMarkdown(SampleRecord.Whole, "https://github.com/orgs/o/packages/container/shop").ShouldBe(
            $"""
            ## Breaking changes

            - other ports ([`3333333`](https://github.test/c/3))

            ## Features

            - **cart:** carts ([`1111111`](https://github.test/c/1))

            ## Fixes

            - a leak ([`0000000`](https://github.test/c/0))
            - a race ([`4444444`](https://github.test/c/4))

            ## Other changes

            - tidy ([`2222222`](https://github.test/c/2))

            Image: `local/shop@{SampleRecord.Whole.Push!.Digest}` ([package](https://github.com/orgs/o/packages/container/shop))

            [All changes](https://github.test/compare)

            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void What_a_commit_says_is_no_markup()
    {
        var notes = Of("feat: <img src=x onerror=y> [a](javascript:b) `c` | **d**").ToMarkdown(SampleRecord.Whole, "javascript:alert(1)");

        notes.ShouldContain(@"- &lt;img src=x onerror=y> \[a\](javascript:b) \`c\` \| \*\*d\*\* (");
        notes.ShouldNotContain("alert");
    }

    [Fact]
    public void What_is_not_listed_is_counted()
    {
        var compared = Compared("feat: x");

        new ReleaseNotes(compared with { TotalCommits = 1205 }).ToMarkdown(SampleRecord.Whole, null).ShouldContain("The latest 1204 commits are not listed here.");
        new ReleaseNotes(compared with { Status = "diverged" }).ToMarkdown(SampleRecord.Whole, null).ShouldContain("not among this one's ancestors");
        new ReleaseNotes(compared with { Commits = [], TotalCommits = 0 }).Summary.ShouldBe("no change of source");
    }

    private static ReleaseNotes Of(params string[] messages)
    {
        var compared = Compared(messages);
        var merge = compared.Commits[0] with { Commit = new Commit { Message = "Merge pull request #1" }, Parents = [new GitReference { Sha = "a" }, new GitReference { Sha = "b" }] };
        return new ReleaseNotes(compared with { Commits = [.. compared.Commits, merge], TotalCommits = messages.Length + 1 });
    }

    private static CompareResult Compared(params string[] messages) => new()
    {
        Status = "ahead",
        HtmlUrl = "https://github.test/compare",
        TotalCommits = messages.Length,
        Commits = [.. messages.Select((message, index) => new GitHubCommit { Sha = new string((char)('0' + index), 40), HtmlUrl = $"https://github.test/c/{index}", Commit = new Commit { Message = message } })],
    };
}
