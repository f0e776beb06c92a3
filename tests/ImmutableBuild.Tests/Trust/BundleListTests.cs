using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Registries;
using ImmutableBuild.Releases;
using ImmutableBuild.Trust.Attestations;

namespace ImmutableBuild.Tests.Trust;

/// <summary>Lists of bundles, and what they lead to, that must be refused.</summary>
[Trait("Fault", "F38")]
public sealed class BundleListTests : SignedBundles
{
    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public Task S11_a_bundle_of_another_size_than_its_manifest_says(int more)
    {
        Put([Bundle(Statement())], changeLayer: layer => layer with { Size = layer.Size + more });
        return RefusedAsync("IMB4010", "No signature");
    }

    [Fact]
    public Task S11_a_bundle_whose_bytes_were_altered()
    {
        var layer = Put(Bundle(Statement()))[0];
        File.WriteAllText(Layout.BlobPath(layer.Digest), Bundle(Statement()));
        return RefusedAsync("IMB4010", "No signature");
    }

    [Fact]
    public Task S12_a_bundle_that_is_too_large()
    {
        Put([Bundle(Statement())], changeLayer: layer => layer with { Size = BundleManifest.MaximumLength + 1L });
        return RefusedAsync("IMB4010", $"{BundleManifest.MaximumLength}");
    }

    [Fact]
    public Task S12_more_referrers_than_are_read()
    {
        var entries = Enumerable.Range(0, OciJson.MaxDescriptors + 2).Select(number => new Descriptor { MediaType = MediaTypes.Manifest, Size = 1, Digest = Digest.Of(BitConverter.GetBytes(number)) });
        List([.. entries]);
        return RefusedAsync("IMB4013", "at most 1000");
    }

    [Fact]
    public async Task S18_a_store_that_fails_while_it_lists_makes_it_unknown()
    {
        Put(Bundle(Statement()));
        Store.Fault = DeployErrors.TargetUnavailable(new AppKey("a", "b"), "503");
        (await Should.ThrowAsync<ImmutableBuildException>(VerifyAsync())).Code.ShouldBe("IMB4011");
    }

    [Fact]
    public Task R4_a_manifest_in_the_place_of_the_list()
    {
        Layout.SetReference(ReferrersTag.Of(Image.Digest), Image, Ct);
        return RefusedAsync("IMB4013", "an index of what refers to the image was expected");
    }

    [Fact]
    public Task R10_an_index_in_a_bundles_place_is_not_followed()
    {
        var index = ReferrersTag.Write([], [Image]);
        var written = Layout.WriteBlob(index.MediaType, index.Bytes.Span);
        List(written);
        return RefusedAsync("IMB4009", "has no signature");
    }

    [Fact]
    public Task R1_a_bundle_that_is_listed_and_not_there()
    {
        List(Image with { Digest = Digest.Of("missing"u8) });
        return RefusedAsync("IMB4010", Digest.Of("missing"u8).ToString());
    }
}
