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
    public void Path_and_query_are_taken_from_any_form(string raw, string? target) => RequestHead.TargetOf(raw).ShouldBe(target);
}
