using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;

namespace ImmutableBuild.Tests.Images;

public sealed class OciLayoutTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task What_is_written_can_be_read()
    {
        var layout = OciLayout.OpenOrCreate(_directory["layout"]);
        var image = TestImage.Write(layout, new Contents.RawTar().End());
        layout.SetReference("tag", image, None);

        var again = OciLayout.Open(_directory["layout"]);

        again.Find("tag").ShouldNotBeNull().Digest.ShouldBe(image.Digest);
        again.Find("other").ShouldBeNull();
        (await again.ReadManifestAsync(image.Digest, None)).Layers.Length.ShouldBe(1);
        (await again.FindManifestAsync(Digest.Of("none"u8), None)).ShouldBeNull();
    }

    [Fact]
    public void A_directory_without_the_marker_is_no_layout()
    {
        Directory.CreateDirectory(_directory["empty"]);

        Should.Throw<ImmutableBuildException>(() => OciLayout.Open(_directory["empty"])).Code.ShouldBe("IMB2006");
    }

    [Fact]
    public void A_layout_of_another_version_is_refused()
    {
        var layout = OciLayout.OpenOrCreate(_directory["layout"]);
        File.WriteAllText(Path.Combine(layout.Directory, "oci-layout"), """{"imageLayoutVersion":"2.0.0"}""");

        Should.Throw<ImmutableBuildException>(() => OciLayout.Open(layout.Directory)).Code.ShouldBe("IMB2006");
    }

    [Fact]
    public void A_name_moves_only_where_it_may()
    {
        var layout = OciLayout.OpenOrCreate(_directory["layout"]);
        var first = layout.WriteBlob(MediaTypes.Manifest, "1"u8);
        var second = layout.WriteBlob(MediaTypes.Manifest, "2"u8);
        layout.SetReference("tag", first, None);

        layout.SetReference("tag", second, static _ => false, None).Digest.ShouldBe(first.Digest);
        layout.SetReference("tag", second, None).Digest.ShouldBe(second.Digest);
        layout.ReadIndex().Manifests.Length.ShouldBe(1);
    }

    [Fact]
    public async Task Many_writers_lose_no_name()
    {
        var layouts = Enumerable.Range(0, 8).Select(_ => OciLayout.OpenOrCreate(_directory["layout"])).ToArray();
        var blob = layouts[0].WriteBlob(MediaTypes.Manifest, "m"u8);

        await Parallel.ForEachAsync(Enumerable.Range(0, 40), None, (i, ct) =>
        {
            layouts[i % 8].SetReference($"name{i}", blob, ct);
            return ValueTask.CompletedTask;
        });

        layouts[0].ReadIndex().Manifests.Length.ShouldBe(40);
    }

    [Theory]
    [InlineData("longer content")]
    [InlineData("short")]
    [InlineData("c0ntent")]
    public async Task A_blob_that_changed_on_disk_is_found_out(string now)
    {
        var layout = OciLayout.OpenOrCreate(_directory["layout"]);
        var blob = layout.WriteBlob("text", "content"u8);
        await File.WriteAllTextAsync(layout.BlobPath(blob.Digest), now, None);

        var fault = await Should.ThrowAsync<ImmutableBuildException>(async () =>
        {
            await using var stream = await layout.OpenBlobAsync(blob, None);
            await stream.CopyToAsync(Stream.Null, None);
        });

        fault.Code.ShouldBe("IMB2002");
    }

    [Fact]
    public async Task A_copy_that_fails_its_digest_leaves_nothing()
    {
        var from = OciLayout.OpenOrCreate(_directory["from"]);
        var blob = from.WriteBlob("text", "content"u8);
        await File.WriteAllTextAsync(from.BlobPath(blob.Digest), "c0ntent", None);
        var to = OciLayout.OpenOrCreate(_directory["to"]);

        await Should.ThrowAsync<ImmutableBuildException>(() => to.CopyBlobAsync(from, blob, None));

        Directory.EnumerateFiles(Path.Combine(to.Directory, "blobs", "sha256")).ShouldBeEmpty();
    }
}
