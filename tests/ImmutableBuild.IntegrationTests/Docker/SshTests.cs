using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Api.Calls;
using ImmutableBuild.Docker.Api.Endpoints;
using ImmutableBuild.Docker.Api.Transports;
using ImmutableBuild.Errors;
using ImmutableBuild.IntegrationTests.Local;
using ImmutableBuild.IntegrationTests.Rig;
using ImmutableBuild.IntegrationTests.Targets;

namespace ImmutableBuild.IntegrationTests.Docker;

/// <summary>An engine behind the ssh of its host.</summary>
[Collection(DockerAppsCollection.Name)]
public sealed class SshTests(DockerEngine engine, DockerApps apps) : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("ib-over-ssh-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_process_gets_its_input_and_its_end()
    {
        await using var bed = engine.OpenOrSkip();
        await using var server = await SshServer.StartOrSkipAsync();
        await using var client = await ConnectAsync(server, Path.Combine(server.SearchPath.Split(Path.PathSeparator)[0], "ssh"));

        (await ExecTests.EchoedAsync(client, await bed.RunAsync("exec sleep 1000"), "over ssh")).ShouldBe("over ssh");
    }

    [Fact]
    [Trait("Fault", "F03")]
    public async Task A_release_goes_through_and_goes_on_when_its_connections_are_cut()
    {
        await using var server = await SshServer.StartOrSkipAsync();
        await using var bed = new DockerTargetBed(engine, apps);
        await WholeRelease.RunAsync(bed.Target, bed.Spec(1), LocalReleases.QuickPlan);
        var spec = bed.Spec(2);
        var local = await bed.DriverPlanAsync(spec, "over ssh", 60);
        var plan = local with { Docker = local.Docker! with { Address = server.Address }, PauseOn = "route", Suspends = true };
        await using var run = DriverRun.Start(plan, Path.Combine(_directory, "plan.json"), ("PATH", server.SearchPath));
        await run.WaitForSuspensionAsync();
        await server.CutAsync();

        run.Continue();

        (await run.ExitAsync()).ShouldBe(0, run.Output);
        await bed.ShouldBeOnlyAsync(spec);
    }

    [Fact]
    public async Task A_host_that_nobody_vouches_for_is_not_spoken_to()
    {
        engine.OpenOrSkip();
        await using var server = await SshServer.StartOrSkipAsync();

        var refusal = await Should.ThrowAsync<ImmutableBuildException>(() => ConnectAsync(server, server.WithoutKnownHost));

        refusal.Code.ShouldBe("IMB6207");
        refusal.Message.ShouldContain("Host key verification failed");
    }

    [Fact]
    public async Task Who_is_not_let_in_is_told_so()
    {
        engine.OpenOrSkip();
        await using var server = await SshServer.StartOrSkipAsync();

        var refusal = await Should.ThrowAsync<ImmutableBuildException>(() => ConnectAsync(server, server.WithStrangersKey));

        refusal.Code.ShouldBe("IMB6207");
        refusal.Message.ShouldContain("Permission denied (publickey)");
    }

    private static Task<DockerClient> ConnectAsync(SshServer server, string program)
    {
        var endpoint = (SshEndpoint)EndpointAddress.Parse(server.Address, "the test", null);
        return DockerClient.ConnectAsync(endpoint, new SshTransport(endpoint, program), EngineLimits.Default, TimeProvider.System, Token);
    }
}
