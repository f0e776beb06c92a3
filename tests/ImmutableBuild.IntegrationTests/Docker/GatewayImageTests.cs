using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Docker.Images;
using ImmutableBuild.Images;
using ImmutableBuild.IntegrationTests.Rig;
using ImmutableBuild.Registries;

namespace ImmutableBuild.IntegrationTests.Docker;

[Collection(DockerCollection.Name)]
public sealed class GatewayImageTests(DockerEngine engine) : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("immutable-gateway-image-").FullName;
    private readonly RegistryConnector _connector = new(new PushOptions(), static _ => null, TimeProvider.System);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _connector.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task The_gateway_is_baked_loaded_and_starts_in_the_engine()
    {
        await RigRegistry.SkipUnlessThereAsync();
        await using var bed = engine.OpenOrSkip();
        var made = await Of(bed, "data").EnsureAsync(AppContext.BaseDirectory, RigRegistry.AspNet, Token);
        made.Name.ShouldBe($"immutablebuild/gateway:{made.Digest.Hex[..12]}");
        var image = await bed.Client.Images.InspectImageAsync(made.Name, Token);
        image.ID.ShouldBe(made.Id);
        image.Config!.User.ShouldBe("1654");
        image.Config.Entrypoint.ShouldBe(["dotnet", "/gateway/ImmutableBuild.Gateway.dll"]);
        image.Config.Labels![OciAnnotations.Title].ShouldBe("ImmutableBuild gateway");
        image.Config.Labels[OciAnnotations.BaseDigest].ShouldBe(made.BaseDigest.ToString());
        (await RunAsync(bed, made)).ShouldStartWith("Expected 'keep'");

        // The same from another data directory: nothing but the files and the base decides, and the engine has it.
        // It stays there: what other tests start at this moment is made of the same files.
        LoadedGateway? again = null;
        var events = await EngineWitness.ImageEventsAsync(bed.Client, [made.Id], async () => again = await Of(bed, "other").EnsureAsync(AppContext.BaseDirectory, RigRegistry.AspNet, Token));
        again.ShouldBe(made);
        events.ShouldBeEmpty();
    }

    private GatewayImage Of(DockerBed bed, string data)
    {
        var images = new EngineImages(bed.Client, static _ => throw new InvalidOperationException("It is loaded from its own layout."), new RegistryCredentials(new PushOptions(), static _ => null));
        return new GatewayImage(Path.Combine(_directory, data), bed.Client, images, _connector);
    }

    // Read-only and without privileges, as the target will run it.
    private static async Task<string> RunAsync(DockerBed bed, LoadedGateway gateway)
    {
        var created = await bed.Client.Containers.CreateContainerAsync(
            new CreateContainerParameters { Image = gateway.Id, Labels = bed.Labels, HostConfig = new HostConfiguration { ReadonlyRootfs = true, CapDrop = ["ALL"] } }, Token);
        await bed.Client.Containers.StartContainerAsync(created.ID, Token);
        await bed.Client.Containers.WaitContainerAsync(created.ID, Token);
        await using var log = await bed.Client.Containers.GetContainerLogsAsync(created.ID, tty: false, new ContainerLogsParameters(), Token);
        return (await log.ReadOutputToEndAsync(64 * 1024, Token)).StandardError;
    }
}
