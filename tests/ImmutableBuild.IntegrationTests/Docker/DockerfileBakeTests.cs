using System.IO.Compression;
using System.Security.Cryptography;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Docker.Builds;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.IntegrationTests.Targets;
using ImmutableBuild.Releases;

namespace ImmutableBuild.IntegrationTests.Docker;

/// <summary>From a Dockerfile to the layout that the other stages go on with.</summary>
[Collection(DockerCollection.Name)]
public sealed class DockerfileBakeTests(DockerEngine engine)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_layout_holds_the_image_as_the_engine_has_it()
    {
        await using var bed = new DockerfileBed(engine.OpenOrSkip());
        Write(bed);
        var bake = await BakeAsync(bed);

        var made = bake.Images.ShouldHaveSingleItem();
        (made.Platform, made.User, bake.BaseName, made.BaseDigest, made.Digest).ShouldBe(("linux/amd64", "1654", engine.Image, null, bake.Digest));
        made.Layers.Select(layer => layer.Name).ShouldBe(["base", "copy", "run", "copy"]);
        var layout = OciLayout.Open(bake.Layout);
        var manifest = await layout.ReadManifestAsync(bake.Digest, Token);
        manifest.Annotations![OciAnnotations.Revision].ShouldBe(new string('c', 40));
        var config = OciJson.ParseConfig(File.ReadAllBytes(layout.BlobPath(manifest.Config.Digest)), "config");
        config.Config!.Labels![OciAnnotations.Revision].ShouldBe(new string('c', 40));
        config.Config.Labels["own"].ShouldBe("label");
        (await engine.Client.Images.InspectImageAsync(manifest.Config.Digest.ToString(), Token)).ID.ShouldBe(manifest.Config.Digest.ToString(), "the engine knows the image by its configuration, and is sent nothing");
        foreach (var (layer, diffId) in manifest.Layers.Zip(config.RootFs.DiffIds))
        {
            await using var content = new GZipStream(await layout.OpenBlobAsync(layer, Token), CompressionMode.Decompress);
            Digest.FromHash(await SHA256.HashDataAsync(content, Token)).ShouldBe(diffId);
        }

        Directory.GetFiles(bed.WorkDirectory, "*.tmp", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_same_commit_is_the_same_digest_while_the_engine_has_its_cache()
    {
        await using var bed = new DockerfileBed(engine.OpenOrSkip());
        Write(bed);
        var first = await BakeAsync(bed);
        var again = await BakeAsync(bed);

        again.Digest.ShouldBe(first.Digest);
        again.Layers.ShouldAllBe(layer => layer.Reused);

        bed.Write("app/data", "changed");
        var changed = await BakeAsync(bed);
        changed.Digest.ShouldNotBe(first.Digest);
        changed.Layers[0].ShouldBe(first.Layers[0] with { Reused = true });
        OciLayout.Open(changed.Layout).ReadIndex().Manifests.ShouldHaveSingleItem().Digest.ShouldBe(changed.Digest);
    }

    [Fact]
    public async Task An_archive_is_written_for_docker_load()
    {
        await using var bed = new DockerfileBed(engine.OpenOrSkip());
        Write(bed);
        var archive = Path.Combine(bed.WorkDirectory, "shop.tar");
        var bake = await BakeAsync(bed, archive);

        bake.Archive.ShouldBe(archive);
        await using var tar = File.OpenRead(archive);
        await engine.Client.Images.LoadImageAsync(tar, null, Token);
        await engine.Client.Images.DeleteImageAsync($"local/dockerfile-test:{new string('c', 40)}", new ImageDeleteParameters { Force = true, NoPrune = true }, Token);
    }

    // The same layer twice: the engine's export holds it once, and a link.
    private static void Write(DockerfileBed bed)
    {
        bed.Dockerfile("FROM BASE\nCOPY app/ /srv/\nRUN echo 1 > /srv/made\nCOPY app/ /srv/\nUSER 1654\nLABEL own=label\nCMD [\"cat\", \"/srv/made\"]\n");
        bed.Write("app/data", "the data");
    }

    private static async Task<BakeRecord> BakeAsync(DockerfileBed bed, string? archive = null)
    {
        await bed.CommitAsync();
        var record = new ReleaseRecord
        {
            ReleaseId = "r1",
            App = new AppKey("dockerfile-test", "dev"),
            Compile = new CompileRecord { Commit = CommitSha.Parse(new string('c', 40)), CommitTime = DateTimeOffset.UnixEpoch, Version = "1.0.0", Project = "Shop.csproj", Published = [], SdkVersion = "10.0.100" },
        };
        var options = new ReleaseOptions { App = record.App, DataDirectory = Path.Combine(bed.WorkDirectory, "data"), Bake = new BakeOptions { Dockerfile = bed.Options, Archive = archive } };
        var context = new StageContext(options, new QuietReporter(), TimeProvider.System, Environment.GetEnvironmentVariable) { WorkDirectory = bed.WorkDirectory };
        return (await new DockerfileBakeStage().RunAsync(record, context, Token)).Record.Bake!;
    }
}
