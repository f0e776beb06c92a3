using ImmutableBuild.Docker;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.IntegrationTests.Local;
using ImmutableBuild.IntegrationTests.Targets;

namespace ImmutableBuild.IntegrationTests.Docker.Own;

/// <summary>An engine whose range of ports is used up.</summary>
[Collection(DockerCollection.Name)]
public sealed class ExhaustedPortsTests(OwnEngine engine, DockerApps apps, ITestOutputHelper output) : IClassFixture<OwnEngine>
{
    // Below the ranges from which the machine, gateways and these tests give ports to everyone else.
    private const int Lowest = 9_450;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Fault", "F40")]
    [Trait("Fault", "F41")]
    public async Task Without_a_port_left_a_first_release_says_so_and_leaves_nothing_and_who_has_one_goes_on_releasing()
    {
        await using var serving = new DockerTargetBed(engine, apps);
        await using var late = new DockerTargetBed(engine, apps);
        await engine.EndAsync(kill: false);
        await engine.StartAsync((Lowest, Lowest));
        await WholeRelease.RunAsync(serving.Target, serving.Spec(1), LocalReleases.QuickPlan);

        var failure = await Should.ThrowAsync<ImmutableBuildException>(() => WholeRelease.RunAsync(late.Target, late.Spec(1), LocalReleases.QuickPlan));

        output.WriteLine(failure.Message);
        failure.Code.ShouldBe("IMB6230");
        failure.Message.ShouldContain("ports are allocated");
        (await late.ContainersAsync()).ShouldBeEmpty();
        (await engine.Client.Networks.ListNetworksAsync(new AppNames(late.App).Mine, Token)).ShouldBeEmpty();
        (await engine.Client.Volumes.ListAsync(new AppNames(late.App).Mine, Token)).Volumes.ShouldBeEmpty();
        var next = serving.Spec(2);
        await WholeRelease.RunAsync(serving.Target, next, LocalReleases.QuickPlan);
        await serving.ShouldBeOnlyAsync(next);

        await new StopApp(serving.Target, TimeProvider.System, QuietReporter.Instance).RunAsync(serving.App, Token);
        await WholeRelease.RunAsync(late.Target, late.Spec(1), LocalReleases.QuickPlan);
        await late.ShouldBeOnlyAsync(late.Spec(1));
    }
}
