using ImmutableBuild.Gateway;

namespace ImmutableBuild.Tests.Gateway;

public sealed class ProductVersionsTests
{
    [Theory]
    [InlineData("1.2.0+aaaa", "1.1.9+bbbb", true)]
    [InlineData("1.2.0+aaaa", "1.2.0+bbbb", true)]
    [InlineData("1.2.0-rc.1", "1.2.0", true)]
    [InlineData("1.2.0", "1.10.0", false)]
    [InlineData("0.9.0", "1.0.0", false)]
    [InlineData("no version", "1.0.0", true)]
    [InlineData(null, "1.0.0", true)]
    public void A_gateway_is_never_taken_back_to_an_older_one(string? offered, string running, bool isUpgrade) =>
        ProductVersions.IsUpgrade(offered, running).ShouldBe(isUpgrade);
}
