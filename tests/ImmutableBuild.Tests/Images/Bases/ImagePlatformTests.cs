using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Bases;
using ImmutableBuild.Images.Oci;

namespace ImmutableBuild.Tests.Images.Bases;

public sealed class ImagePlatformTests
{
    [Theory]
    [InlineData("linux-x64", "linux/amd64")]
    [InlineData("linux-musl-arm64", "linux/arm64")]
    [InlineData("linux-arm", "linux/arm/v7")]
    [InlineData("osx-x64", "darwin/amd64")]
    [InlineData("osx-arm64", "darwin/arm64")]
    [InlineData("win-x64", "windows/amd64")]
    [InlineData("win-x86", "windows/386")]
    [InlineData("win-arm64", "windows/arm64")]
    public void Runtime_identifiers_have_a_platform(string rid, string platform) => ImagePlatform.OfRuntimeIdentifier(rid).ToString().ShouldBe(platform);

    [Theory]
    [InlineData("win10-x64")]
    [InlineData("win-arm")]
    [InlineData("osx.12-arm64")]
    [InlineData("iossimulator-arm64")]
    [InlineData("osx")]
    [InlineData("linux")]
    [InlineData("linux-mips")]
    [InlineData("")]
    public void Others_are_refused(string rid) => Should.Throw<ImmutableBuildException>(() => ImagePlatform.OfRuntimeIdentifier(rid)).Code.ShouldBe("IMB2008");

    [Fact]
    public void The_entry_of_the_platform_is_chosen()
    {
        var index = Index("linux/amd64", "linux/arm/v6", "linux/arm/v7", "linux/arm64/v8");

        Chosen(index, "linux-x64").ShouldBe("linux/amd64");
        Chosen(index, "linux-arm").ShouldBe("linux/arm/v7");
        Chosen(index, "linux-arm64").ShouldBe("linux/arm64/v8");
    }

    [Fact]
    public void An_index_without_the_platform_is_refused_with_those_it_has()
    {
        var fault = Should.Throw<ImmutableBuildException>(() => Chosen(Index("linux/s390x"), "linux-x64"));

        fault.Code.ShouldBe("IMB2009");
        fault.Message.ShouldContain("linux/s390x");
    }

    [Fact]
    public void An_index_within_an_index_is_never_chosen()
    {
        var index = Index("linux/amd64");
        var nested = index with { Manifests = [index.Manifests[0] with { MediaType = MediaTypes.Index }] };

        Should.Throw<ImmutableBuildException>(() => Chosen(nested, "linux-x64")).Code.ShouldBe("IMB2009");
    }

    private static string Chosen(ImageIndex index, string rid) => ImagePlatform.Select(index, ImagePlatform.OfRuntimeIdentifier(rid), "here").Platform!.ToString();

    private static ImageIndex Index(params string[] platforms) => new()
    {
        Manifests = [.. platforms.Select(text => text.Split('/')).Select(parts => new Descriptor
        {
            MediaType = MediaTypes.Manifest,
            Size = 1,
            Digest = Digest.Of([(byte)parts.Length]),
            Platform = new Platform { Os = parts[0], Architecture = parts[1], Variant = parts.ElementAtOrDefault(2) },
        })],
    };
}
