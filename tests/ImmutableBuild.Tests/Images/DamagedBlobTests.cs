using System.Security.Cryptography;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Releases;
using ImmutableBuild.Tests.Registries;

namespace ImmutableBuild.Tests.Images;

/// <summary>A blob of the right size and the wrong bytes, as a disk or a power cut may leave one: found out once, and mended by running again.</summary>
public sealed class DamagedBlobTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task What_is_found_damaged_is_copied_again()
    {
        var from = OciLayout.OpenOrCreate(_directory["from"]);
        var to = OciLayout.OpenOrCreate(_directory["to"]);
        var blob = from.WriteBlob("text", "content"u8);
        await to.CopyBlobAsync(from, blob, None);
        Damage(to, blob.Digest);

        (await Should.ThrowAsync<ImmutableBuildException>(() => to.ReadBlobAsync(blob, 100, None))).Code.ShouldBe("IMB2002");

        (await to.CopyBlobAsync(from, blob, None)).ShouldBeTrue();
        (await to.ReadBlobAsync(blob, 100, None)).ShouldBe("content"u8.ToArray());
    }

    [Fact]
    public async Task What_is_written_as_a_whole_is_compared_as_a_whole()
    {
        var layout = OciLayout.OpenOrCreate(_directory["layout"]);
        Damage(layout, layout.WriteBlob("text", "content"u8).Digest);

        var again = layout.WriteBlob("text", "content"u8);

        (await layout.ReadBlobAsync(again, 100, None)).ShouldBe("content"u8.ToArray());
    }

    [Fact]
    public async Task A_descriptor_that_lies_takes_no_good_blob_away()
    {
        var layout = OciLayout.OpenOrCreate(_directory["layout"]);
        var blob = layout.WriteBlob("text", "content"u8);

        await Should.ThrowAsync<ImmutableBuildException>(() => layout.ReadBlobAsync(blob with { Size = 3 }, 100, None));

        layout.Contains(blob).ShouldBeTrue();
    }

    [Fact]
    public async Task In_a_layout_of_someone_else_nothing_is_taken_away()
    {
        var theirs = OciLayout.OpenOrCreate(_directory["layout"]);
        var blob = theirs.WriteBlob("text", "content"u8);
        Damage(theirs, blob.Digest);

        await Should.ThrowAsync<ImmutableBuildException>(() => OciLayout.OpenForeign(_directory["layout"]).ReadBlobAsync(blob, 100, None));

        theirs.Contains(blob).ShouldBeTrue();
    }

    [Fact]
    public async Task A_layer_damaged_in_the_work_directory_is_baked_again()
    {
        var compile = Baking.Compile(PublishOutput.Write(_directory["out"]));
        var first = await Baking.RunAsync(_directory, compile);
        var layer = first.Layers[^1].Digest;
        Damage(OciLayout.Open(first.Layout), layer);
        (await Should.ThrowAsync<ImmutableBuildException>(() => OpenAsync(first))).Code.ShouldBe("IMB2002");

        var second = await Baking.RunAsync(_directory, compile);

        second.Digest.ShouldBe(first.Digest);
        second.Layers.Where(written => !written.Reused).ShouldHaveSingleItem().Digest.ShouldBe(layer);
        (await OpenAsync(second)).Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_damaged_in_the_embedded_store_is_pushed_again(bool manifest)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var record = await Pushing.BakedAndSignedAsync(_directory, key);
        var push = await Pushing.PushAsync(_directory, record);
        var store = OciLayout.Open(Path.Combine(_directory["data"], "store", "web"));
        Damage(store, manifest ? push.Digest : record.Bake!.Layers[^1].Digest);
        await Should.ThrowAsync<ImmutableBuildException>(() => OpenAsync(record.Bake! with { Layout = store.Directory }));

        (await Pushing.PushAsync(_directory, record)).AlreadyThere.ShouldBeFalse();

        (await OpenAsync(record.Bake! with { Layout = store.Directory })).Dispose();
    }

    [Fact]
    public async Task A_commits_tag_stays_its_own_while_its_content_is_missing()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var record = await Pushing.BakedAndSignedAsync(_directory, key);
        var push = await Pushing.PushAsync(_directory, record);
        File.Delete(OciLayout.Open(Path.Combine(_directory["data"], "store", "web")).BlobPath(push.Digest));
        File.WriteAllText(_directory["out/Web.dll"], "other content of the same commit");
        var other = Pushing.Sign(record with { Bake = await Baking.RunAsync(_directory, record.Compile) }, key);

        (await Should.ThrowAsync<ImmutableBuildException>(() => Pushing.PushAsync(_directory, other))).Code.ShouldBe("IMB5008");
    }

    [Fact]
    public async Task A_layer_damaged_in_the_cache_of_base_images_is_fetched_again()
    {
        await using var registry = await TestRegistry.StartAsync();
        var source = OciLayout.OpenOrCreate(_directory["base"]);
        var tar = new Contents.RawTar().File("etc/os-release", "ID=debian").End();
        var image = TestImage.Write(source, (TestImage.Gzip(tar), Digest.Of(tar)));
        var manifest = await source.ReadManifestAsync(image.Digest, None);
        foreach (var blob in manifest.Layers.Append(manifest.Config))
        {
            registry.SetBlob(await source.ReadBlobAsync(blob, 1_000_000, None));
        }

        registry.SetManifest("os", "1.0", MediaTypes.Manifest, await source.ReadBlobAsync(image, 1_000_000, None));
        var options = Baking.Options(_directory) with { Bake = new BakeOptions { BaseImage = $"{registry.Host}/os:1.0" } };
        var compile = Baking.Compile(PublishOutput.Write(_directory["out"]));
        await Baking.RunAsync(_directory, compile, "first", options);
        Damage(OciLayout.Open(Path.Combine(_directory["data"], "cache", "base")), manifest.Layers[0].Digest);
        (await Should.ThrowAsync<ImmutableBuildException>(() => Baking.RunAsync(_directory, compile, "second", options))).Code.ShouldBe("IMB2002");

        var bake = await Baking.RunAsync(_directory, compile, "second", options);

        (await OpenAsync(bake)).Dispose();
    }

    private Task<ImageFileSystem> OpenAsync(BakeRecord bake) =>
        ImageFileSystem.OpenAsync(OciLayout.Open(bake.Layout), bake.Digest, _directory["scratch"], new ImageLimits(), None);

    // In the middle, where a gzip reader stumbles before the end tells of the digest.
    private static void Damage(OciLayout layout, Digest blob)
    {
        var bytes = File.ReadAllBytes(layout.BlobPath(blob));
        bytes[bytes.Length / 2] ^= 0xff;
        File.WriteAllBytes(layout.BlobPath(blob), bytes);
    }
}
