using System.Text;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Registries;
using ImmutableBuild.Tests.Images;

namespace ImmutableBuild.Tests.Registries;

public sealed class StorePruningTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly OciLayout _layout;

    public StorePruningTests() => _layout = OciLayout.OpenOrCreate(_directory["data/store/web"]);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task The_newest_and_the_needed_stay_with_their_signatures_and_what_they_share()
    {
        var images = Enumerable.Range(1, 6).Select(Push).ToList();
        foreach (var image in images)
        {
            Sign(image);
        }

        (await PruneAsync(newest: 2, images[1])).ShouldBe(3);

        foreach (var image in (Digest[])[images[1], images[4], images[5]])
        {
            await ShouldBeWholeAsync(image);
            _layout.Find($"sha256-{image.Hex}.sig").ShouldNotBeNull();
        }

        _layout.ReadIndex().Manifests.Length.ShouldBe(6);
        // For each image a manifest, a configuration and a layer of its own, and a signature; and what all share.
        _layout.BlobFiles().Count.ShouldBe((3 * 4) + 2);
    }

    [Fact]
    public async Task What_is_needed_stays_whole_also_without_a_name()
    {
        var image = Push(1);
        _layout.KeepReferences(_ => false, Ct);

        await PruneAsync(newest: 0, image);

        await ShouldBeWholeAsync(image);
    }

    [Fact]
    public async Task Pruning_that_was_killed_after_the_names_went_is_finished_by_the_next()
    {
        var (old, current) = (Push(1), Push(2));
        _layout.KeepReferences(entry => entry.Digest == current, Ct);
        File.WriteAllText(_layout.BlobPath(old) + ".0.tmp", "half a blob of a killed push");

        (await PruneAsync(newest: 1)).ShouldBe(0);

        await ShouldBeWholeAsync(current);
        _layout.BlobFiles().Count.ShouldBe(4);
        (await PruneAsync(newest: 1)).ShouldBe(0);
        _layout.BlobFiles().Count.ShouldBe(4);
    }

    [Fact]
    [Trait("Fault", "F41")]
    public async Task Nothing_goes_while_something_is_being_pushed()
    {
        var images = Enumerable.Range(1, 3).Select(Push).ToList();
        var store = LayoutStore.OpenOrCreate(_directory["data"], "web");
        using (store.BeginPush("another", Ct))
        using (store.BeginPush("and one more", Ct))
        {
            (await PruneAsync(newest: 1)).ShouldBeNull();
            _layout.ReadIndex().Manifests.Length.ShouldBe(3);
        }

        (await PruneAsync(newest: 1)).ShouldBe(2);
        await ShouldBeWholeAsync(images[2]);
    }

    [Fact]
    [Trait("Fault", "F41")]
    public async Task An_old_image_that_is_released_again_is_among_the_newest()
    {
        var images = Enumerable.Range(1, 3).Select(Push).ToList();
        LayoutStore.OpenOrCreate(_directory["data"], "web").BeginPush(Tag(1), Ct)!.Dispose();

        (await PruneAsync(newest: 1)).ShouldBe(2);

        await ShouldBeWholeAsync(images[0]);
    }

    [Fact]
    public async Task A_damaged_image_does_not_keep_the_others_from_being_looked_after()
    {
        var (damaged, old, current) = (Push(1), Push(2), Push(3));
        File.WriteAllText(_layout.BlobPath(damaged), "no manifest");

        (await PruneAsync(newest: 1, damaged)).ShouldBe(1);

        File.Exists(_layout.BlobPath(old)).ShouldBeFalse();
        await ShouldBeWholeAsync(current);
    }

    [Fact]
    public async Task A_store_that_was_never_made_has_nothing_to_remove()
    {
        (await StorePruning.KeepOnlyAsync(_directory["nowhere"], new HashSet<Digest>(), 1, Ct)).ShouldBe(0);
        Directory.Exists(_directory["nowhere"]).ShouldBeFalse();
    }

    private Task<int?> PruneAsync(int newest, params Digest[] needed) =>
        StorePruning.KeepOnlyAsync(_layout.Directory, needed.ToHashSet(), newest, Ct);

    private static string Tag(int version) => version.ToString("x40", System.Globalization.CultureInfo.InvariantCulture);

    private Digest Push(int version)
    {
        var manifest = new ImageManifest
        {
            MediaType = MediaTypes.Manifest,
            Config = Write(MediaTypes.Config, $"config {version}"),
            Layers = [Write(MediaTypes.GzipLayer, "runtime"), Write(MediaTypes.GzipLayer, $"app {version}")],
        };
        var written = _layout.WriteBlob(MediaTypes.Manifest, OciJson.Write(manifest));
        _layout.SetReference(Tag(version), written, Ct);
        return written.Digest;
    }

    private void Sign(Digest image)
    {
        var manifest = new ImageManifest { MediaType = MediaTypes.Manifest, Config = Write(MediaTypes.Config, "of signatures"), Layers = [Write(MediaTypes.GzipLayer, "runtime")] };
        var written = _layout.WriteBlob(MediaTypes.Manifest, OciJson.Write(manifest with { Annotations = OciAnnotations.None.Add("of", image.ToString()) }));
        _layout.SetReference($"sha256-{image.Hex}.sig", written, Ct);
    }

    private Descriptor Write(string mediaType, string content) => _layout.WriteBlob(mediaType, Encoding.UTF8.GetBytes(content));

    private async Task ShouldBeWholeAsync(Digest image)
    {
        var manifest = await _layout.ReadManifestAsync(image, Ct);
        manifest.Layers.Append(manifest.Config).ShouldAllBe(blob => _layout.Contains(blob));
    }
}
