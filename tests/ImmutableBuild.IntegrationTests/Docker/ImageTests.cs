using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.IntegrationTests.Rig;
using ImmutableBuild.Registries;

namespace ImmutableBuild.IntegrationTests.Docker;

[Collection(DockerCollection.Name)]
public sealed class ImageTests(DockerEngine engine)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_image_that_was_loaded_is_there_under_its_names()
    {
        await using var bed = engine.OpenOrSkip();
        var images = bed.Client.Images;
        var image = await images.InspectImageAsync(engine.Image, Token);
        (image.Os, image.Architecture).ShouldBe(("linux", "amd64"));
        image.RootFS!.Layers.ShouldHaveSingleItem().ShouldStartWith("sha256:");
        image.Config!.Labels!["made-by"].ShouldBe(engine.Image);
        (await images.ListImagesAsync(new ImagesListParameters { Filters = Filters.None.Label("made-by", engine.Image) }, Token)).ShouldHaveSingleItem().ID.ShouldBe(image.ID);

        await images.TagImageAsync(image.ID, new ImageTagParameters(bed.Name, "second"), Token);
        (await images.InspectImageAsync(engine.Image, Token)).RepoTags.ShouldBe([engine.Image, $"{bed.Name}:second"], ignoreOrder: true);
        (await images.DeleteImageAsync($"{bed.Name}:second", new ImageDeleteParameters(), Token)).ShouldHaveSingleItem().Untagged.ShouldBe($"{bed.Name}:second");
        (await Should.ThrowAsync<DockerApiException>(() => images.InspectImageAsync($"{bed.Name}:second", Token))).Kind.ShouldBe(DockerErrorKind.NotFound);
    }

    [Fact]
    public async Task What_is_no_image_is_not_loaded()
    {
        await using var bed = engine.OpenOrSkip();
        await Should.ThrowAsync<DockerApiException>(() => bed.Client.Images.LoadImageAsync(new MemoryStream(new byte[100_000]), null, Token));
    }

    [Fact]
    public async Task An_image_is_pulled_by_digest_with_a_credential()
    {
        await using var bed = engine.OpenOrSkip();
        SystemProgram.SkipUnlessInstalled("skopeo");
        await using var registry = await DockerRegistry.StartOrSkipAsync(DockerRegistry.Accounts);
        var repository = $"{registry.Host}/{bed.Name}";
        var digest = await PushAsync(repository);
        var images = bed.Client.Images;
        var parameters = new ImagesCreateParameters { FromImage = $"{repository}@{digest}" };

        foreach (var wrong in new[] { null, new RegistryCredential("puller", "wrong") })
        {
            var fault = await Should.ThrowAsync<DockerApiException>(() => images.CreateImageAsync(parameters, wrong, null, Token));
            fault.IsTransient.ShouldBeFalse();
            fault.Detail.ShouldMatch("no basic auth credentials|unauthorized", $"{wrong}: {fault.Detail}");
            fault.ToString().ShouldNotContain("wrong");
        }

        var lines = new List<JSONMessage>();
        await images.CreateImageAsync(parameters, new RegistryCredential("puller", DockerRegistry.Password), new Each(lines.Add), Token);
        lines.ShouldContain(line => line.Status != null && line.Status.Contains(digest, StringComparison.Ordinal));
        (await images.InspectImageAsync(parameters.FromImage, Token)).RepoDigests!.ShouldContain(parameters.FromImage);
        await images.DeleteImageAsync(parameters.FromImage, new ImageDeleteParameters(), Token);

        var unknown = parameters with { FromImage = $"{repository}@sha256:{new string('0', 64)}" };
        (await Should.ThrowAsync<DockerApiException>(() => images.CreateImageAsync(unknown, new RegistryCredential("puller", DockerRegistry.Password), null, Token))).Kind.ShouldBe(DockerErrorKind.NotFound);
    }

    private async Task<string> PushAsync(string repository)
    {
        var digest = Path.GetTempFileName();
        await SystemProgram.SucceedAsync(
            "skopeo", ["copy", "--insecure-policy", "--dest-tls-verify=false", "--dest-creds", $"puller:{DockerRegistry.Password}", "--digestfile", digest, $"docker-archive:{engine.Archive}", $"docker://{repository}:1"]);
        var written = await File.ReadAllTextAsync(digest, Token);
        File.Delete(digest);
        return written.Trim();
    }

    private sealed class Each(Action<JSONMessage> act) : IProgress<JSONMessage>
    {
        public void Report(JSONMessage value) => act(value);
    }
}
