using System.Collections.Immutable;
using System.Net;
using ImmutableBuild.Errors;
using ImmutableBuild.Releases.Options;

namespace ImmutableBuild.Tests.Releases.Options;

public sealed class AddressOptionTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("192.168.1.7")]
    [InlineData("::")]
    [InlineData("fd00::7")]
    public void The_app_is_on_an_address(string address) => Parse(address).ShouldBe(IPAddress.Parse(address));

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1:8080")]
    [InlineData("10.0.0.0/8")]
    [InlineData("[::1]")]
    [InlineData("fe80::1%1")]
    [InlineData("1")]
    [InlineData("0x7f.1")]
    [InlineData("010.0.0.1")]
    public void What_is_no_address_or_reads_as_another_one_is_refused(string address) =>
        Should.Throw<ImmutableBuildException>(() => Parse(address)).Code.ShouldBe("IMB1001");

    [Fact]
    public void Without_one_it_keeps_the_address_it_has() => Parse("").ShouldBeNull();

    private static IPAddress? Parse(string address) => ReleaseOptionsParser.Parse(new RawOptions
    {
        Project = new ProjectFacts("Shop.Web", Path.GetTempPath(), ListensOnHttp: true),
        Properties = ImmutableDictionary<string, string>.Empty.Add("ImmutableBind", address),
    }).Bind;
}
