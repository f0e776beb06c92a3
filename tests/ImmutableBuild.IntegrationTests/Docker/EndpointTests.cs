using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Api.Endpoints;
using ImmutableBuild.Docker.Api.Models;

namespace ImmutableBuild.IntegrationTests.Docker;

[Collection(DockerCollection.Name)]
public sealed class EndpointTests(DockerEngine engine)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_engine_says_what_it_is()
    {
        await using var bed = engine.OpenOrSkip();
        await bed.Client.System.PingAsync(Token);
        var version = await bed.Client.System.GetVersionAsync(Token);
        bed.Client.Version.ShouldBe(ApiVersion.TryParse(version.APIVersion)!.Value is var newest && newest < ApiVersion.Newest ? newest : ApiVersion.Newest);
        (await bed.Client.System.GetSystemInfoAsync(Token)).ServerVersion.ShouldBe(version.Version);
    }

    [Fact]
    public async Task Through_TLS_a_process_gets_its_input_and_its_end()
    {
        await using var bed = engine.OpenOrSkip();
        var files = Path.Combine(Environment.GetEnvironmentVariable("IMMUTABLE_RIG") ?? "/var/cache/immutable-rig", "docker-tls");
        Assert.SkipUnless(File.Exists(Path.Combine(files, "done")), "The engine is not the rig's, which listens with TLS (tests/rig/docker.sh).");
        await using var client = await DockerClient.ConnectAsync(EndpointAddress.Parse("tcp://127.0.0.1:2376", "the rig", new TlsFiles(files)), TimeProvider.System, Token);
        (await ExecTests.EchoedAsync(client, await bed.RunAsync("exec sleep 1000"), "over TLS")).ShouldBe("over TLS");
    }

    [Fact]
    public async Task A_stream_that_is_cut_on_the_way_is_not_taken_for_its_end()
    {
        await using var bed = engine.OpenOrSkip();
        await using var proxy = Proxy();
        await using var client = await ConnectAsync(proxy);
        var id = await bed.RunAsync("seq 1 10000");
        await bed.Client.Containers.WaitContainerAsync(id, Token);

        proxy.Limit = 5000;
        await using var log = await client.Containers.GetContainerLogsAsync(id, tty: false, new ContainerLogsParameters(), Token);
        (await Should.ThrowAsync<DockerApiException>(() => log.ReadOutputToEndAsync(1_000_000, Token))).IsTransient.ShouldBeTrue();
    }

    [Fact]
    public async Task A_change_whose_reply_is_lost_was_made_once_and_can_be_observed()
    {
        await using var bed = engine.OpenOrSkip();
        await using var proxy = Proxy();
        await using var client = await ConnectAsync(proxy);
        proxy.Limit = 0;
        var fault = await Should.ThrowAsync<DockerApiException>(() => client.Containers.CreateContainerAsync(
            new CreateContainerParameters { Image = engine.Image, Name = bed.Name, Labels = bed.Labels }, Token));
        (fault.Kind, fault.IsTransient).ShouldBe((DockerErrorKind.NoReply, true));
        (await bed.Client.Containers.ListContainersAsync(new ContainersListParameters { All = true, Filters = bed.Mine }, Token)).ShouldHaveSingleItem();
    }

    private CuttingProxy Proxy()
    {
        Assert.SkipUnless(engine.Endpoint is UnixSocketEndpoint, "The engine is not reached by a Unix socket.");
        return new CuttingProxy(engine.Endpoint);
    }

    private static Task<DockerClient> ConnectAsync(CuttingProxy proxy) => DockerClient.ConnectAsync(proxy.Endpoint, TimeProvider.System, Token);
}
