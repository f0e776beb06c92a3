using ImmutableBuild.Docker;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.IntegrationTests.Targets;
using ImmutableBuild.LoadGenerator;

namespace ImmutableBuild.IntegrationTests.Docker;

/// <summary>Calls to the engine that never arrive, whose reply is lost, that are late, and that arrive twice.</summary>
[Collection(DockerReleasesCollection.Name)]
public sealed class LostCallsTests(DockerEngine engine, DockerApps apps, ITestOutputHelper output)
{
    private static readonly RolloutPlan s_plan = new() { HealthySuccesses = 2, Soak = TimeSpan.FromMilliseconds(200) };

    // Two to a release: one of its beginning, and one of its end.
    private static readonly string[][] s_changes =
    [
        ["POST images/create", "POST containers/*/stop"], ["POST containers/create", "DELETE containers/*"], ["POST containers/*/start", "DELETE images/*"],
        ["POST containers/*/exec"], ["POST exec/*/start"],
    ];

    private static readonly string[] s_reads = ["GET _ping", "GET containers/json", "GET containers/*/json", "GET images/*/json", "GET info", "GET images/json"];

    private static readonly string[] s_firstChanges =
    [
        "POST networks/create", "POST volumes/create", "POST containers/create", "POST containers/*/start", "DELETE containers/*", "PUT containers/*/archive",
    ];

    private readonly int _first = Random.Shared.Next(1_000_000, int.MaxValue - 1000);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [Trait("Fault", "F01")]
    [Trait("Fault", "F39")]
    [InlineData(CallFault.CutBefore)]
    [InlineData(CallFault.CutAfter)]
    [InlineData(CallFault.Repeat)]
    public Task Whatever_change_of_a_release_is_hit_running_it_again_converges_and_no_request_is_lost(CallFault fault) =>
        ReleaseAsync([.. s_changes.Select(kinds => (fault, kinds))]);

    [Fact]
    [Trait("Fault", "F01")]
    [Trait("Fault", "F39")]
    public Task Reads_that_are_cut_and_calls_that_are_late_keep_no_release_from_its_end() => ReleaseAsync(
        [(CallFault.CutBefore, s_reads), (CallFault.CutAfter, s_reads), (CallFault.Delay, [.. s_changes.SelectMany(kinds => kinds), .. s_reads])]);

    [Theory]
    [Trait("Fault", "F01")]
    [Trait("Fault", "F39")]
    [InlineData(CallFault.CutBefore)]
    [InlineData(CallFault.CutAfter)]
    [InlineData(CallFault.Repeat)]
    public async Task Whatever_change_of_a_first_release_is_hit_there_is_one_gateway_and_nothing_beside_it(CallFault fault)
    {
        foreach (var kind in s_firstChanges)
        {
            await using var bed = new DockerTargetBed(engine, apps);
            var names = new AppNames(bed.App);
            var request = new LeaseRequest("first", TimeSpan.FromMinutes(5));
            await ThroughAsync(bed, fault, [kind], async target => await target.AcquireLeaseAsync(bed.App, request, Token));

            var lease = await bed.Target.AcquireLeaseAsync(bed.App, request, Token);

            (await bed.Client.Networks.ListNetworksAsync(names.Mine, Token)).ShouldHaveSingleItem(kind);
            (await bed.Client.Volumes.ListAsync(names.Mine, Token)).Volumes.ShouldHaveSingleItem(kind);
            (await bed.Client.Containers.ListContainersAsync(new ContainersListParameters { Filters = names.Of(AppNames.GatewayRole) }, Token)).ShouldHaveSingleItem(kind);
            await bed.Target.ReleaseLeaseAsync(bed.App, lease, Token);
            (await bed.ContainersAsync()).ShouldBeEmpty(kind);
            (await bed.Client.Networks.ListNetworksAsync(names.Mine, Token)).ShouldBeEmpty(kind);
        }
    }

    private async Task ReleaseAsync((CallFault Fault, string[] Kinds)[] hits)
    {
        await using var bed = new DockerTargetBed(engine, apps);
        await WholeRelease.RunAsync(bed.Target, Spec(bed, 0), s_plan);
        await using var load = await OpenLoopLoad.StartAsync(new Uri(new Uri((await bed.Target.ObserveAsync(bed.App, Token)).Url!), "/whoami"), 20, cancellationToken: Token);

        for (var number = 0; number < hits.Length; number++)
        {
            var (spec, (fault, kinds)) = (Spec(bed, number + 1), hits[number]);
            await ThroughAsync(bed, fault, kinds, target => WholeRelease.RunAsync(target, spec, s_plan));

            await WholeRelease.RunAsync(bed.Target, spec, s_plan);

            await bed.ShouldBeOnlyAsync(spec, $"{fault} {string.Join(", ", kinds)}");
        }

        await WholeRelease.RunAsync(bed.Target, Spec(bed, hits.Length + 1), s_plan);
        for (var number = 0; number <= hits.Length; number++)
        {
            var spec = Spec(bed, number);
            (await EngineWitness.HasAsync(bed.Client, $"{spec.Repository}@{spec.Image}")).ShouldBeFalse($"the image of release {number} is left");
        }

        var result = await load.StopAsync();
        result.Failed.ShouldBe(0, result.ToString());
    }

    /// <summary>Does it with all of <paramref name="kinds"/> hit, and lets it fail as a release may.</summary>
    private async Task ThroughAsync(DockerTargetBed bed, CallFault fault, string[] kinds, Func<IDeploymentTarget, Task> act)
    {
        await using var proxy = new FaultyProxy(bed.Endpoint);
        await using var target = bed.Open(by: proxy.Endpoint);
        foreach (var kind in kinds)
        {
            proxy.Arm(fault, kind);
        }

        try
        {
            await act(target);
            output.WriteLine($"{fault} {string.Join(", ", kinds)}: got over it");
        }
        catch (ImmutableBuildException failure)
        {
            output.WriteLine($"{fault} {string.Join(", ", kinds)}: {failure.Message}");
        }

        proxy.Armed.ShouldBeEmpty(string.Join('\n', proxy.Calls));
    }

    private GenerationSpec Spec(DockerTargetBed bed, int version)
    {
        var plain = bed.Spec(bed.App, AppVariant.Healthy, _first + version);
        return plain with { Configuration = plain.Configuration with { Probe = Probe.Default with { Interval = TimeSpan.FromMilliseconds(50), Timeout = TimeSpan.FromSeconds(10) }, DrainTimeout = TimeSpan.FromMinutes(1) } };
    }
}
