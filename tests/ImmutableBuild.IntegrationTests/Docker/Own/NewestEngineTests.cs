using ImmutableBuild.Docker;
using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Drift;
using ImmutableBuild.IntegrationTests.Local;
using ImmutableBuild.IntegrationTests.Targets;
using ImmutableBuild.LoadGenerator;

namespace ImmutableBuild.IntegrationTests.Docker.Own;

/// <summary>The newest engine there is, with either of the places it keeps images in.</summary>
[Collection(DockerCollection.Name)]
public sealed class NewestEngineTests(DockerApps apps) : IAsyncDisposable
{
    private OwnEngine? _engine;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _engine?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Theory]
    [Trait("Fault", "F08")]
    [Trait("Fault", "F14")]
    [Trait("Fault", "F37")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_app_lives_its_whole_life_on_it(bool imagesInContainerd)
    {
        _engine = new OwnEngine(isNewest: true, imagesInContainerd);
        await _engine.InitializeAsync();
        await using var bed = new DockerTargetBed(_engine, apps);
        _engine.Client.Version.ShouldBeGreaterThan(new ApiVersion(1, 41));
        var (first, second, broken) = (bed.Spec(1), bed.Spec(2), bed.Spec(3, ("TESTAPP_HEALTH", "unhealthy")));
        await WholeRelease.RunAsync(bed.Target, first, LocalReleases.QuickPlan);
        var url = new Uri(new Uri((await bed.Target.ObserveAsync(bed.App, Token)).Url!), "/whoami");
        await using var load = await OpenLoopLoad.StartAsync(url, 20, cancellationToken: Token);

        await WholeRelease.RunAsync(bed.Target, second, LocalReleases.QuickPlan);
        await bed.ShouldBeOnlyAsync(second);
        (await EngineWitness.HasAsync(bed.Client, $"{first.Repository}@{first.Image}")).ShouldBeFalse("its image went with it");
        await Should.ThrowAsync<ImmutableBuildException>(() => WholeRelease.RunAsync(bed.Target, broken, LocalReleases.QuickPlan with { HealthTimeout = TimeSpan.FromSeconds(5) }));
        await bed.ShouldBeOnlyAsync(second);
        await DriftIsSeenAndMendedAsync(bed, second);
        await WholeRelease.RunAsync(bed.Target, first, LocalReleases.QuickPlan);
        (await load.StopAsync()).Failed.ShouldBe(0);

        await _engine.EndAsync(kill: true);
        await _engine.StartAsync();
        await WholeRelease.RunAsync(bed.Target, second, LocalReleases.QuickPlan);
        await bed.ShouldBeOnlyAsync(second, "after the engine was killed");
    }

    private static async Task DriftIsSeenAndMendedAsync(DockerTargetBed bed, GenerationSpec spec)
    {
        (await bed.Target.FindDriftAsync(bed.App, Token)).ShouldBeEmpty();
        var container = new AppNames(bed.App).Instance(spec.Id, "0");
        var exec = await bed.Client.Exec.ExecCreateContainerAsync(
            container, new ContainerExecCreateParameters { Cmd = ["/app/ImmutableBuild.TestApp"], Env = ["TESTAPP_NEVER_LISTEN=1"], AttachStdout = false, AttachStderr = false }, Token);
        await bed.Client.Exec.StartContainerExecAsync(exec.ID, Token);

        // For a moment it is still the runtime's own program.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(TimeSpan.FromMinutes(3));
        while (!(await bed.Target.FindDriftAsync(bed.App, Token)).Any(finding => finding.Kind == DriftKind.Processes))
        {
            await Task.Delay(100, patience.Token);
        }

        await new Heal(bed.Target, new AnyImage(), TimeProvider.System, QuietReporter.Instance).RunAsync(bed.App, new RolloutPlan(), Token);

        (await bed.Target.FindDriftAsync(bed.App, Token)).ShouldBeEmpty();
    }
}
