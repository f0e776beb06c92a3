using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Generations;
using ImmutableBuild.IntegrationTests.Local;
using ImmutableBuild.IntegrationTests.Targets;
using ImmutableBuild.Releases;

namespace ImmutableBuild.IntegrationTests.Docker;

/// <summary>What becomes of the images that generations leave in the engine.</summary>
[Collection(DockerCollection.Name)]
public sealed class UnneededImagesTests(DockerEngine engine, DockerApps apps)
{
    // Of this test run alone: others may use the engine.
    private readonly int _first = Random.Shared.Next(1_000_000, int.MaxValue - 10);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Fault", "F41")]
    public async Task An_image_stays_while_another_environment_runs_it_and_goes_with_the_last_one()
    {
        await using var bed = new DockerTargetBed(engine, apps);
        await ReleaseAsync(bed, bed.App, 0);
        await ReleaseAsync(bed, bed.OtherEnvironment, 0);

        await ReleaseAsync(bed, bed.App, 1);
        (await HasAsync(bed, 0)).ShouldBeTrue("the other environment runs it");

        await ReleaseAsync(bed, bed.OtherEnvironment, 1);
        (await HasAsync(bed, 0)).ShouldBeFalse();
        (await HasAsync(bed, 1)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_kept_generation_keeps_its_image()
    {
        await using var bed = new DockerTargetBed(engine, apps);
        var plan = LocalReleases.QuickPlan with { Keep = 1 };
        for (var version = 0; version < 3; version++)
        {
            await WholeRelease.RunAsync(bed.Target, Spec(bed, bed.App, version), plan);
        }

        (await HasAsync(bed, 0)).ShouldBeFalse();
        (await HasAsync(bed, 1)).ShouldBeTrue("it is kept for a rollback");
        (await HasAsync(bed, 2)).ShouldBeTrue("it serves");
    }

    [Fact]
    [Trait("Fault", "F01")]
    public async Task What_a_killed_release_brought_goes_with_the_next_one()
    {
        await using var bed = new DockerTargetBed(engine, apps);
        await ReleaseAsync(bed, bed.App, 0);
        var lease = await bed.Elsewhere.AcquireLeaseAsync(bed.App, new LeaseRequest("one build", TimeSpan.FromMinutes(5)), Token);
        await bed.Elsewhere.CreateAsync(Spec(bed, bed.App, 1), lease, Token);

        await WholeRelease.RunAsync(bed.Target, Spec(bed, bed.App, 2), LocalReleases.QuickPlan, "one build");

        (await HasAsync(bed, 0)).ShouldBeFalse();
        (await HasAsync(bed, 1)).ShouldBeFalse();
    }

    [Fact]
    public async Task After_a_stop_none_is_left_but_what_someone_gave_a_name()
    {
        await using var bed = new DockerTargetBed(engine, apps);
        await ReleaseAsync(bed, bed.App, 0);
        await ReleaseAsync(bed, bed.OtherEnvironment, 1);
        var name = $"immutable-build-test/mine-{_first}";
        await bed.Client.Images.TagImageAsync(Name(bed, 1), new ImageTagParameters(name, "1"), Token);
        try
        {
            await new StopApp(bed.Target, TimeProvider.System, QuietReporter.Instance).RunAsync(bed.App, Token);
            await new StopApp(bed.Target, TimeProvider.System, QuietReporter.Instance).RunAsync(bed.OtherEnvironment, Token);

            (await HasAsync(bed, 0)).ShouldBeFalse();
            (await HasAsync(bed, 1)).ShouldBeTrue("someone gave it a name of its own");
        }
        finally
        {
            await bed.Client.Images.DeleteImageAsync($"{name}:1", new ImageDeleteParameters(), CancellationToken.None);
        }
    }

    [Fact]
    [Trait("Fault", "F41")]
    public async Task One_that_another_release_takes_away_before_the_first_container_is_brought_again()
    {
        await using var bed = new DockerTargetBed(engine, apps);
        var spec = Spec(bed, bed.App, 0);
        var takes = 1;
        await using var target = bed.Open(afterImage: async (client, id) =>
        {
            if (takes-- > 0)
            {
                await client.Images.DeleteImageAsync(id, new ImageDeleteParameters { Force = true }, Token);
            }
        });

        await WholeRelease.RunAsync(target, spec, LocalReleases.QuickPlan);

        takes.ShouldBe(-1, "it was brought twice");
        (await bed.AskAsync(bed.App)).ShouldBe(spec.Id);
    }

    private Task ReleaseAsync(DockerTargetBed bed, AppKey app, int version) => WholeRelease.RunAsync(bed.Target, Spec(bed, app, version), LocalReleases.QuickPlan);

    private GenerationSpec Spec(DockerTargetBed bed, AppKey app, int version) => bed.Spec(app, AppVariant.Healthy, _first + version);

    private string Name(DockerTargetBed bed, int version) => Spec(bed, bed.App, version) is var spec ? $"{spec.Repository}@{spec.Image}" : "";

    private Task<bool> HasAsync(DockerTargetBed bed, int version) => EngineWitness.HasAsync(bed.Client, Name(bed, version));
}
