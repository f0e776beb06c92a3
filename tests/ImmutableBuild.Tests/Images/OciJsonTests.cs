using System.Text;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;

namespace ImmutableBuild.Tests.Images;

public sealed class OciJsonTests
{
    private const string Item = """{"mediaType":"m","size":1,"digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}""";

    [Fact]
    public void A_manifest_is_written_as_cosign_writes_it()
    {
        var digest = Digest.Parse("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        var manifest = new ImageManifest
        {
            MediaType = MediaTypes.Manifest,
            Config = new Descriptor { MediaType = MediaTypes.Config, Size = 2, Digest = digest },
            Layers = [new Descriptor { MediaType = "application/vnd.dev.cosign.simplesigning.v1+json", Size = 3, Digest = digest, Annotations = OciAnnotations.None.Add("dev.cosignproject.cosign/signature", "MEU+/w==") }],
        };

        Encoding.UTF8.GetString(OciJson.Write(manifest)).ShouldBe("""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","size":2,"digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},"layers":[{"mediaType":"application/vnd.dev.cosign.simplesigning.v1+json","size":3,"digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","annotations":{"dev.cosignproject.cosign/signature":"MEU+/w=="}}]}""");
    }

    [Fact]
    public void An_honest_manifest_is_read() =>
        OciJson.ParseManifest(Bytes($$"""{"schemaVersion":2,"config":{{Item}},"layers":[{{Item}}]}"""), "here").Layers.Length.ShouldBe(1);

    [Theory]
    [InlineData("""{"schemaVersion":2,"config":ITEM,"layers":[ITEM],"manifests":[ITEM]}""")]
    [InlineData("""{"schemaVersion":2,"config":ITEM,"layers":[],"layers":[ITEM]}""")]
    [InlineData("""{"schemaVersion":2,"config":ITEM,"layers":[],"Layers":[ITEM]}""")]
    [InlineData("""{"schemaVersion":2,"config":ITEM,"layers":null}""")]
    [InlineData("""{"schemaVersion":2,"config":ITEM,"layers":[null]}""")]
    [InlineData("""{"schemaVersion":2,"config":null,"layers":[]}""")]
    [InlineData("""{"schemaVersion":2,"config":ITEM}""")]
    [InlineData("""{"schemaVersion":1,"config":ITEM,"layers":[]}""")]
    [InlineData("""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","config":ITEM,"layers":[]}""")]
    [InlineData("""{"schemaVersion":2,"config":{"mediaType":"m","size":-1,"digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},"layers":[]}""")]
    [InlineData("""{"schemaVersion":2,"config":{"mediaType":"m","size":1,"digest":"sha256:../../../../etc/passwd"},"layers":[]}""")]
    [InlineData("""{"schemaVersion":2,"config":{"mediaType":"m","size":1,"digest":"sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855"},"layers":[]}""")]
    [InlineData("""{"schemaVersion":2,"config":{"mediaType":"m","size":1,"digest":null},"layers":[]}""")]
    [InlineData("""{"schemaVersion":2,"config":ITEM,"layers":[]} trailing""")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("")]
    public void A_manifest_that_is_none_is_refused(string json) =>
        Should.Throw<ImmutableBuildException>(() => OciJson.ParseManifest(Bytes(json.Replace("ITEM", Item, StringComparison.Ordinal)), "here")).Code.ShouldBe("IMB2001");

    [Fact]
    public void What_steers_terminals_is_told_in_letters_and_in_short()
    {
        var json = $$"""{"schemaVersion":2,"mediaType":"\u001b[2J{{new string('x', 10_000)}}","config":{{Item}},"layers":[]}""";

        var told = Should.Throw<ImmutableBuildException>(() => OciJson.ParseManifest(Bytes(json), "here")).Diagnostics[0].Message;

        told.ShouldContain("\\u001b[2J");
        told.Any(char.IsControl).ShouldBeFalse();
        told.Length.ShouldBeLessThan(1000);
    }

    [Fact]
    public void A_manifest_over_4_MiB_is_refused() =>
        Should.Throw<ImmutableBuildException>(() => OciJson.ParseManifest(new byte[OciJson.MaxManifestBytes + 1], "here")).Code.ShouldBe("IMB2001");

    [Fact]
    public void Nesting_over_64_levels_is_refused()
    {
        var deep = new string('[', 100) + new string(']', 100);

        Should.Throw<ImmutableBuildException>(() => OciJson.ParseManifest(Bytes($$"""{"schemaVersion":2,"config":{{Item}},"layers":[],"x":{{deep}}}"""), "here"));
        Should.Throw<ImmutableBuildException>(() => OciJson.ParseConfig(Bytes($$"""{"architecture":"a","os":"l","rootfs":{"diff_ids":[]},"x":{{deep}}}"""), "here"));
    }

    [Fact]
    public void More_than_a_thousand_layers_are_refused()
    {
        var layers = string.Join(',', Enumerable.Repeat(Item, 1001));

        Should.Throw<ImmutableBuildException>(() => OciJson.ParseManifest(Bytes($$"""{"schemaVersion":2,"config":{{Item}},"layers":[{{layers}}]}"""), "here")).Code.ShouldBe("IMB2001");
    }

    [Fact]
    public void A_configuration_keeps_a_health_check_as_it_is()
    {
        var config = OciJson.ParseConfig(Bytes("""{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]},"config":{"Healthcheck":{"Test":["CMD","true"]}}}"""), "here");

        Encoding.UTF8.GetString(OciJson.Write(config)).ShouldContain("""
            "Healthcheck":{"Test":["CMD","true"]}
            """.Trim());
    }

    private static byte[] Bytes(string json) => Encoding.UTF8.GetBytes(json);
}
