using ImmutableBuild.Gateway.Forwarding;
using Microsoft.Extensions.Primitives;

namespace ImmutableBuild.Tests.Gateway;

public sealed class HopsTests
{
    [Theory]
    [InlineData("close, X-Private", "x-private", true)]
    [InlineData("X-Private", "X-Private", true)]
    [InlineData("close,X-Other , keep-alive", "X-Other", true)]
    [InlineData("close, X-Private-Too", "X-Private", false)]
    [InlineData("", "X-Private", false)]
    public void A_field_is_listed_by_its_whole_name(string connection, string name, bool listed) =>
        Hops.Listed(connection, name).ShouldBe(listed);

    [Fact]
    public void A_field_is_found_in_any_of_several_values() =>
        Hops.Listed(new StringValues(["close", "a, b"]), "B").ShouldBeTrue();

    [Theory]
    [InlineData("connection")]
    [InlineData("TE")]
    [InlineData("Upgrade")]
    [InlineData("transfer-encoding")]
    [InlineData("Proxy-Authorization")]
    public void Fields_of_one_connection_are_known(string name) => Hops.Are(name).ShouldBeTrue();
}
