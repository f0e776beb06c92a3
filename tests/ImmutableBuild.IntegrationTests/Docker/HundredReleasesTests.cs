using System.Diagnostics;
using ImmutableBuild.Docker;
using ImmutableBuild.Generations;
using ImmutableBuild.IntegrationTests.Rig;
using ImmutableBuild.IntegrationTests.Targets;

namespace ImmutableBuild.IntegrationTests.Docker;

/// <summary>Release after release while users of every kind go on.</summary>
[Collection(DockerReleasesCollection.Name)]
public sealed class HundredReleasesTests(DockerEngine engine, DockerApps apps, ITestOutputHelper output)
{
    private const int Releases = 100;
    private const int PerImage = 34;

    // Gates as of any release; only the times are those of an app that is quick.
    private static readonly RolloutPlan s_plan = new() { HealthySuccesses = 2, Soak = TimeSpan.FromMilliseconds(200) };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Fault", "F20")]
    [Trait("Fault", "F22")]
    public async Task A_hundred_releases_under_mixed_load_lose_nothing_and_leave_one_generation()
    {
        await using var bed = new DockerTargetBed(engine, apps);
        var first = Random.Shared.Next(1_000_000, int.MaxValue - Releases);
        await WholeRelease.RunAsync(bed.Target, Spec(bed, first, 0), s_plan);
        await using var load = await MixedLoad.StartAsync(new Uri((await bed.Target.ObserveAsync(bed.App, Token)).Url!), perSecond: 50);
        var began = Stopwatch.GetTimestamp();

        for (var release = 1; release <= Releases; release++)
        {
            (await WholeRelease.RunAsync(bed.Target, Spec(bed, first, release), s_plan)).RequestsLost.ShouldBe(0);
        }

        var (done, failures) = await load.StopAsync();
        output.WriteLine($"{Releases} releases in {Stopwatch.GetElapsedTime(began).TotalSeconds:0} s; {string.Join(", ", done.Select(kind => $"{kind.Value} {kind.Key}"))}");
        failures.ShouldBeEmpty();
        done.Values.ShouldAllBe(count => count > Releases);
        await ShouldBeOnlyAsync(bed, first);
    }

    private static GenerationSpec Spec(DockerTargetBed bed, int first, int release)
    {
        var plain = bed.Spec(bed.App, AppVariant.Healthy, first + (release / PerImage));
        return plain with
        {
            Configuration = plain.Configuration with
            {
                Environment = plain.Configuration.Environment.Add("RELEASE", $"{release}"),
                Probe = Probe.Default with { Interval = TimeSpan.FromMilliseconds(50), Timeout = TimeSpan.FromSeconds(10) },

                // A drain ends with the last session; on a busy machine one of a moment may take much longer.
                DrainTimeout = TimeSpan.FromMinutes(1),
                StreamDrainTimeout = TimeSpan.FromMinutes(1),
            },
        };
    }

    private static async Task ShouldBeOnlyAsync(DockerTargetBed bed, int first)
    {
        var (names, last) = (new AppNames(bed.App), Spec(bed, first, Releases));
        await bed.ShouldBeOnlyAsync(last);
        (await bed.Target.ObserveAsync(bed.App, Token)).Lease.ShouldBeNull();
        (await bed.Client.Networks.ListNetworksAsync(names.Mine, Token)).Select(network => network.Name).ShouldBe([names.Network]);
        (await bed.Client.Volumes.ListAsync(names.Mine, Token)).Volumes!.Select(volume => volume.Name).ShouldBe([names.StateVolume]);
        for (var release = 0; release <= Releases; release += PerImage)
        {
            var spec = Spec(bed, first, release);
            (await EngineWitness.HasAsync(bed.Client, $"{spec.Repository}@{spec.Image}")).ShouldBe(spec.Image == last.Image);
        }
    }
}
