using ImmutableBuild.GitHub;
using ImmutableBuild.Releases;
using ImmutableBuild.Releases.Options;

namespace ImmutableBuild.Tests.GitHub;

/// <summary>Which GitHub is told, and that a token goes to no other place.</summary>
public sealed class GitHubAccessTests
{
    private static readonly GitHubOptions All = new() { Topics = [GitHubTopic.Statuses] };

    private static readonly Dictionary<string, string> Run = new() { ["GITHUB_ACTIONS"] = "true", ["GITHUB_TOKEN"] = "t", ["GITHUB_REPOSITORY"] = "octocat/shop", ["GITHUB_API_URL"] = "https://ghe.test/api/v3" };

    [Fact]
    public void A_workflow_run_says_it_all()
    {
        var access = Find(All, Run)!;

        (access.Owner, access.Name, access.Token, access.Api).ShouldBe(("octocat", "shop", "t", new Uri("https://ghe.test/api/v3/")));
        $"{access}".ShouldNotContain(" t");
    }

    [Fact]
    public void Options_win_over_the_run()
    {
        var options = All with { Repository = "me/other", TokenVariable = "MINE", ApiUrl = "http://127.0.0.1:1" };

        var access = Find(options, new Dictionary<string, string>(Run) { ["MINE"] = "m" })!;

        (access.Name, access.Token, access.Api).ShouldBe(("other", "m", new Uri("http://127.0.0.1:1/")));
    }

    [Fact]
    public void Outside_of_a_run_its_variables_count_for_nothing()
    {
        Find(All, new Dictionary<string, string>(Run) { ["GITHUB_ACTIONS"] = "" }).ShouldBeNull();
        Find(All with { TokenVariable = "GITHUB_TOKEN", Repository = "a/b" }, new Dictionary<string, string>(Run) { ["GITHUB_ACTIONS"] = "" })!.Api.ShouldBe(new Uri("https://api.github.com/"));
    }

    [Theory]
    [InlineData("GITHUB_API_URL", "http://ghe.test/api/v3")]
    [InlineData("GITHUB_API_URL", "https://user:pass@ghe.test")]
    [InlineData("GITHUB_API_URL", "ftp://ghe.test")]
    [InlineData("GITHUB_REPOSITORY", "../secrets")]
    [InlineData("GITHUB_REPOSITORY", "a/b/c")]
    [InlineData("GITHUB_REPOSITORY", "a/..")]
    [InlineData("GITHUB_REPOSITORY", "a/b?c")]
    [InlineData("GITHUB_TOKEN", "two\r\nX-Injected: lines")]
    public void What_cannot_be_meant_is_IMB1516(string variable, string value)
    {
        GitHubAccess.Find(All, name => name == variable ? value : Run.GetValueOrDefault(name), out var mistake).ShouldBeNull();

        mistake!.Code.ShouldBe("IMB1516");
        mistake.Message.ShouldNotContain("Injected");
    }

    [Theory]
    [InlineData("none", 0)]
    [InlineData("statuses", 1)]
    [InlineData("Statuses, notes", 2)]
    [InlineData("deployments;statuses;notes;masks", 4)]
    public void Topics_are_words(string text, int count)
    {
        GitHubCatalogue.Topics.Type.TryParse(text, out var topics).ShouldBeTrue();
        topics.Length.ShouldBe(count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("none;notes")]
    [InlineData("release")]
    public void Other_words_are_refused(string text) => GitHubCatalogue.Topics.Type.TryParse(text, out _).ShouldBeFalse();

    private static GitHubAccess? Find(GitHubOptions options, Dictionary<string, string> variables)
    {
        var access = GitHubAccess.Find(options, variables.GetValueOrDefault, out var mistake);
        mistake.ShouldBeNull();
        return access;
    }
}
