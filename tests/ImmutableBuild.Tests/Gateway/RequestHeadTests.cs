using ImmutableBuild.Gateway.Forwarding;

namespace ImmutableBuild.Tests.Gateway;

public sealed class RequestHeadTests
{
    [Theory]
    [InlineData("/", "/")]
    [InlineData("/a%2Fb?c=%20", "/a%2Fb?c=%20")]
    [InlineData("//double//slash", "//double//slash")]
    [InlineData("http://example.test/path?q", "/path?q")]
    [InlineData("http://example.test", "/")]
    [InlineData("http://example.test?q=/x", "/?q=/x")]
    [InlineData("*", null)]
    [InlineData("example.test:443", null)]
    [InlineData("/a b", null)]
    [InlineData("/?q=\u00E4", null)]
    [InlineData("/a\r\nHost: b", null)]
    public void Path_and_query_are_taken_from_any_form(string raw, string? target) => RequestHead.TargetOf(raw).ShouldBe(target);

    [Theory]
    [InlineData("X-A", "fine \u00E4", true)]
    [InlineData("X-A", "a\r\nX-B: c", false)]
    [InlineData("X-A", "a\nb", false)]
    [InlineData("X-A", "a\0", false)]
    [InlineData("X A", "b", false)]
    [InlineData("X-A\r\nX-B", "c", false)]
    public void What_would_become_another_field_is_not_passed_on(string name, string value, bool safe) => RequestHead.IsSafe(name, value).ShouldBe(safe);
}
