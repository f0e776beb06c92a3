using System.Text.Json;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Docker.Images;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Archives;
using ImmutableBuild.IntegrationTests.Rig;
using ImmutableBuild.Registries;

namespace ImmutableBuild.IntegrationTests.Docker;

[Collection(DockerCollection.Name)]
public sealed class EngineImagesTests(DockerEngine engine)
{
    private const string App = "shop";
    private const string Embedded = $"local/{App}";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task From_the_embedded_store_an_image_is_loaded_once_and_runs()
    {
        await using var bed = engine.OpenOrSkip();
        await using var image = await StoredImage.PushAsync(bed, Embedded);
        var images = Of(bed, image);
        var events = await EngineWitness.ImageEventsAsync(bed.Client, [image.Id, bed.Name], async () => (await images.EnsureAsync(Embedded, image.Digest, Token)).ShouldBe(image.Id));
        events.ShouldContain("load");
        (await RunAsync(bed, image)).ShouldBe(bed.Name);
        (await bed.Client.Images.InspectImageAsync(image.Id, Token)).RepoTags.ShouldBe([$"{Embedded}:{image.Digest.Hex[..12]}"]);

        (await EngineWitness.ImageEventsAsync(bed.Client, [image.Id, bed.Name], () => images.EnsureAsync(Embedded, image.Digest, Token))).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_archive_is_loaded_by_docker_itself_and_read_by_skopeo_either_way()
    {
        SystemProgram.SkipUnlessInstalled("skopeo");
        await using var bed = engine.OpenOrSkip();
        await using var image = await StoredImage.PushAsync(bed, Embedded);
        var file = Path.Combine(image.DataDirectory, "image.tar");
        await ArchiveFile.WriteAsync(file, image.Open(Embedded), image.Digest, ImageReference.Parse($"{Embedded}:{bed.Name}"), Token);

        (await SystemProgram.SucceedAsync("docker", ["load", "-i", file])).ShouldContain($"{Embedded}:{bed.Name}");
        (await RunAsync(bed, image)).ShouldBe(bed.Name);
        (await SystemProgram.SucceedAsync("skopeo", ["inspect", $"oci-archive:{file}"])).ShouldContain(image.Digest.ToString());
        (await SystemProgram.SucceedAsync("skopeo", ["inspect", "--config", $"docker-archive:{file}"])).ShouldContain(bed.Name);
    }

    [Fact]
    public async Task A_store_that_was_tampered_with_brings_nothing_into_the_engine()
    {
        await using var bed = engine.OpenOrSkip();
        await using var image = await StoredImage.PushAsync(bed, Embedded);
        var file = image.BlobFile(App, image.Manifest.Layers[^1].Digest);
        var bytes = await File.ReadAllBytesAsync(file, Token);
        bytes[600] ^= 1;
        await File.WriteAllBytesAsync(file, bytes, Token);

        var events = await EngineWitness.ImageEventsAsync(bed.Client, [image.Id, bed.Name], async () =>
            (await Should.ThrowAsync<ImmutableBuildException>(() => Of(bed, image).EnsureAsync(Embedded, image.Digest, Token))).Code.ShouldBe("IMB2002"));
        events.ShouldBeEmpty();
        (await EngineWitness.HasAsync(bed.Client, image.Id)).ShouldBeFalse();
    }

    [Fact]
    public async Task From_a_registry_an_image_is_pulled_by_digest_with_its_credential()
    {
        await using var bed = engine.OpenOrSkip();
        await using var registry = await DockerRegistry.StartOrSkipAsync(DockerRegistry.Accounts);
        var repository = $"{registry.Host}/team/{bed.Name}";
        await using var image = await StoredImage.PushAsync(
            bed, repository, new PushOptions { Registry = registry.Host, UserVariable = "TEST_USER", PasswordVariable = "TEST_PASSWORD" });
        var images = Of(bed, image);

        // The release may read the repository, and the engine is given no credential.
        var nameless = new EngineImages(bed.Client, image.Open, new RegistryCredentials(new PushOptions(), static _ => null));
        var refused = await Should.ThrowAsync<ImmutableBuildException>(() => nameless.EnsureAsync(repository, image.Digest, Token));
        refused.Code.ShouldBe("IMB6220");
        refused.Message.ShouldContain("no credential for its registry was found");

        var events = await EngineWitness.ImageEventsAsync(bed.Client, [image.Id, bed.Name], async () => (await images.EnsureAsync(repository, image.Digest, Token)).ShouldBe(image.Id));
        events.ShouldContain("pull");
        (await bed.Client.Images.InspectImageAsync(image.Id, Token)).RepoDigests.ShouldBe([$"{repository}@{image.Digest}"]);
        (await RunAsync(bed, image)).ShouldBe(bed.Name);
        (await EngineWitness.ImageEventsAsync(bed.Client, [image.Id, bed.Name], () => images.EnsureAsync(repository, image.Digest, Token))).ShouldBeEmpty();
    }

    // Skopeo reads both kinds: what an engine reads that keeps images itself, and what one reads that keeps them in containerd.
    [Fact]
    public async Task The_archive_is_a_layout_with_the_same_manifest_as_well()
    {
        await using var bed = engine.OpenOrSkip();
        SystemProgram.SkipUnlessInstalled("skopeo");
        await using var image = await StoredImage.PushAsync(bed, Embedded);
        var file = Path.Combine(image.DataDirectory, "archive.tar");
        var name = EngineImages.NameOf(Embedded, image.Digest);
        await using (var archive = ImageArchive.Open(await LoadableImage.ReadAsync(image.Open(Embedded), image.Digest, new ImageLimits(), Token), name))
        await using (var tar = File.Create(file))
        {
            await archive.CopyToAsync(tar, Token);
        }

        using var layout = JsonDocument.Parse(await SystemProgram.SucceedAsync("skopeo", ["inspect", $"oci-archive:{file}:{name.Tag}"]));
        layout.RootElement.GetProperty("Digest").GetString().ShouldBe(image.Digest.ToString());
        using var saved = JsonDocument.Parse(await SystemProgram.SucceedAsync("skopeo", ["inspect", $"docker-archive:{file}:{name}"]));
        saved.RootElement.GetProperty("Layers").GetArrayLength().ShouldBe(2);
        saved.RootElement.GetProperty("Labels").GetProperty("made-by").GetString().ShouldBe(bed.Name);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_an_index_the_engine_runs_the_image_for_its_own_platform(bool fromRegistry)
    {
        await using var bed = engine.OpenOrSkip();
        await using var registry = await DockerRegistry.StartOrSkipAsync();
        var repository = fromRegistry ? $"{registry.Host}/team/{bed.Name}" : Embedded;
        await using var image = await StoredImage.PushAsync(bed, repository, forTwoPlatforms: true);
        var images = Of(bed, image);

        (await images.EnsureAsync(repository, image.Digest, Token)).ShouldBe(image.Id);

        (await RunAsync(bed, image)).ShouldBe(bed.Name);
        (await images.LookAsync(repository, image.Digest, Token)).ShouldBe(image.Id);
        (await EngineWitness.ImageEventsAsync(bed.Client, [image.Id, bed.Name], () => images.EnsureAsync(repository, image.Digest, Token))).ShouldBeEmpty();
    }

    private static EngineImages Of(DockerBed bed, StoredImage image) => new(bed.Client, image.Open, image.Credentials);

    private static async Task<string> RunAsync(DockerBed bed, StoredImage image)
    {
        var id = await bed.RunAsync("cat /name", create => create with { Image = image.Id });
        await bed.Client.Containers.WaitContainerAsync(id, Token);
        await using var log = await bed.Client.Containers.GetContainerLogsAsync(id, tty: false, new ContainerLogsParameters(), Token);
        return (await log.ReadOutputToEndAsync(1024, Token)).StandardOut;
    }
}
