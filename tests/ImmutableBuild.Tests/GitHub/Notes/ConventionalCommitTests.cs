using FsCheck;
using FsCheck.Fluent;
using ImmutableBuild.GitHub.Notes;

namespace ImmutableBuild.Tests.GitHub.Notes;

public sealed class ConventionalCommitTests
{
    [Theory]
    [InlineData("feat: add carts", "Feature", null, "add carts")]
    [InlineData("Feat(cart): add carts", "Feature", "cart", "add carts")]
    [InlineData("fix(api)!: drop v1", "Breaking", "api", "drop v1")]
    [InlineData("refactor: tidy\n\nBREAKING CHANGE: the port is another", "Breaking", null, "tidy: the port is another")]
    [InlineData("refactor: tidy\r\n\r\nBREAKING-CHANGE: x: y", "Breaking", null, "tidy: x: y")]
    [InlineData("docs: say it", "Other", null, "say it")]
    [InlineData("Add carts (#12)", "Other", null, "Add carts (#12)")]
    [InlineData("feat:no space", "Other", null, "feat:no space")]
    [InlineData("feat(): empty", "Other", null, "feat(): empty")]
    [InlineData("fix crash: it crashed", "Other", null, "fix crash: it crashed")]
    [InlineData("", "Other", null, "")]
    public void A_message_says_what_kind_of_change_it_is(string message, string kind, string? scope, string text)
    {
        var commit = ConventionalCommit.Parse(message);

        (commit.Kind.ToString(), commit.Scope, commit.Text).ShouldBe((kind, scope, text));
    }

    [Fact]
    public void Any_message_is_one_bounded_line() => Prop.ForAll<string?>(message =>
    {
        var text = ConventionalCommit.Parse((message ?? "") + new string('x', 400)).Text;
        return text.Length <= 301 && !text.Contains('\n', StringComparison.Ordinal);
    }).QuickCheckThrowOnFailure();
}
