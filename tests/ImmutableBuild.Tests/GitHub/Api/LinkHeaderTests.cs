using ImmutableBuild.GitHub.Api;

namespace ImmutableBuild.Tests.GitHub.Api;

public sealed class LinkHeaderTests
{
    [Theory]
    [InlineData("<https://api.github.com/x?page=2>; rel=\"next\", <https://api.github.com/x?page=9>; rel=\"last\"", "https://api.github.com/x?page=2")]
    [InlineData("<https://a/1>; rel=\"prev\", <https://a/3>; title=t; rel=\"next\"", "https://a/3")]
    [InlineData("<https://a/9>; rel=\"last\"", null)]
    [InlineData("<not an address>; rel=\"next\"", null)]
    [InlineData("<>; rel=\"next\"", null)]
    [InlineData("; rel=\"next\"", null)]
    [InlineData("", null)]
    public void The_next_page_is_where_the_header_says(string header, string? next) => LinkHeader.Next([header])?.OriginalString.ShouldBe(next);
}
