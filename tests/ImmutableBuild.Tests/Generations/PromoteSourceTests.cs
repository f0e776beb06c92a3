using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Rollouts;
using ImmutableBuild.Releases;
using ImmutableBuild.Tests.Generations.Simulation;

namespace ImmutableBuild.Tests.Generations;

/// <summary>Which image is promoted, and which is not.</summary>
public sealed class PromoteSourceTests : Promotions
{
    [Fact]
    public async Task Nothing_live_is_nothing_to_promote()
    {
        (await Should.ThrowAsync<ImmutableBuildException>(PromoteAsync)).Code.ShouldBe("IMB8023");
        Staging.With(1, new SimulatedApp { NeverListens = true });
        await Staging.FailAsync(1);

        var refused = await Should.ThrowAsync<ImmutableBuildException>(PromoteAsync);

        refused.Code.ShouldBe("IMB8023");
        refused.Message.ShouldContain("web/staging");
        File.Exists(Path.Combine(Work, "release.json")).ShouldBeFalse("what was released before stays on record");
    }

    [Fact]
    public async Task While_a_release_is_on_its_way_there_the_gate_is_waited_for()
    {
        await Staging.ReleaseAsync(1);
        var lease = await Staging.Target.AcquireLeaseAsync(SimulatedSpecs.App, new LeaseRequest("someone", TimeSpan.FromMinutes(1)), Ct);
        (await PromoteAsync()).Promoted!.Digest.ShouldBe(SimulatedSpecs.Spec(1).Image, "a lease alone brings nothing new");
        await Staging.Target.CreateAsync(SimulatedSpecs.Spec(2), lease, Ct);

        var refused = await Should.ThrowAsync<ImmutableBuildException>(PromoteAsync);

        refused.Code.ShouldBe("IMB8024");
        refused.Message.ShouldContain($"{World.Id(2)}");
        refused.Message.ShouldContain("someone");
    }

    [Theory]
    [InlineData(10)]
    [InlineData(100)]
    public async Task What_has_traffic_without_a_verdict_is_not_promoted(int percent)
    {
        await Staging.ReleaseAsync(1);
        var lease = await Staging.Target.AcquireLeaseAsync(SimulatedSpecs.App, new LeaseRequest("someone", TimeSpan.FromMinutes(1)), Ct);
        await Staging.Target.CreateAsync(SimulatedSpecs.Spec(2), lease, Ct);
        Staging.Time.Advance(TimeSpan.FromSeconds(10));
        await Staging.Target.RouteAsync(SimulatedSpecs.App, percent == 100 ? Route.To(World.Id(2)) : Route.Split(World.Id(1), World.Id(2), percent), lease, Ct);
        Staging.Time.Advance(TimeSpan.FromMinutes(2));

        (await Should.ThrowAsync<ImmutableBuildException>(PromoteAsync)).Code.ShouldBe("IMB8024");
    }

    [Fact]
    public async Task What_a_killed_release_left_without_traffic_keeps_nobody()
    {
        await Staging.ReleaseAsync(1);
        await Staging.RunAsync(Staging.Desire(2, RolloutGoal.Created));

        (await PromoteAsync()).Promoted!.Generation.ShouldBe(World.Id(1));
    }

    [Fact, Trait("Fault", "F30")]
    public async Task What_a_check_has_failed_is_not_promoted_and_what_serves_instead_is()
    {
        await Staging.ReleaseAsync(1);
        await FailCheckAsync(1);
        var refused = await Should.ThrowAsync<ImmutableBuildException>(PromoteAsync);
        refused.Code.ShouldBe("IMB8024");
        refused.Message.ShouldContain("The check Smoke failed");

        await Staging.ReleaseAsync(2);
        await Staging.RunAsync(Staging.Desire(3));
        await FailCheckAsync(3);

        (await PromoteAsync()).Promoted!.Generation.ShouldBe(World.Id(2));
    }

    [Fact]
    public async Task What_does_not_answer_is_not_promoted()
    {
        await Staging.ReleaseAsync(1);
        Staging.Target.Shows = seen => seen with
        {
            Generations = [.. seen.Generations.Select(generation => generation with { Instances = [.. generation.Instances.Select(instance => instance with { ConsecutiveHealthy = 0 })] })],
        };

        (await Should.ThrowAsync<ImmutableBuildException>(PromoteAsync)).Code.ShouldBe("IMB8024");
    }

    [Fact]
    public async Task Another_environment_or_an_image_has_to_be_named()
    {
        Options = new PromoteOptions();
        (await Should.ThrowAsync<ImmutableBuildException>(PromoteAsync)).Code.ShouldBe("IMB8025");

        Options = new PromoteOptions { From = "test" };
        (await Should.ThrowAsync<ImmutableBuildException>(PromoteAsync)).Message.ShouldContain("both 'test'");
    }

    [Fact]
    public async Task An_image_is_promoted_by_its_digest_alone()
    {
        Options = new PromoteOptions { Image = new NamedDigest(null, SimulatedSpecs.Spec(3).Image) };
        Images.Signed = SimulatedSpecs.Spec(3).Commit;

        var record = await PromoteAsync();

        (record.Compile.Commit, record.Promoted!.From).ShouldBe((SimulatedSpecs.Spec(3).Commit, null));
        Production.Now.Ledger[^1].Reason.ShouldBe("promoted by its digest");
    }

    [Fact]
    public async Task What_was_approved_is_promoted_and_nothing_else()
    {
        await Staging.ReleaseAsync(1);
        Options = new PromoteOptions { From = "staging", Image = new NamedDigest("local/web", SimulatedSpecs.Spec(1).Image) };
        await Staging.ReleaseAsync(2);

        var refused = await Should.ThrowAsync<ImmutableBuildException>(PromoteAsync);
        refused.Code.ShouldBe("IMB8028");
        refused.Message.ShouldContain($"{World.Id(2)}");

        Options = Options with { Image = new NamedDigest("local/web", SimulatedSpecs.Spec(2).Image) };
        (await PromoteAsync()).Promoted!.Generation.ShouldBe(World.Id(2));
    }

    [Fact]
    public async Task An_image_of_another_repository_is_refused()
    {
        Options = new PromoteOptions { Image = new NamedDigest("registry.example/web", SimulatedSpecs.Spec(1).Image) };

        var refused = await Should.ThrowAsync<ImmutableBuildException>(PromoteAsync);

        refused.Code.ShouldBe("IMB8026");
        refused.Message.ShouldContain("local/web");
        refused.Message.ShouldContain("registry.example/web");
    }

    [Fact]
    public async Task An_image_that_production_cannot_read_is_refused_before_anything_happens()
    {
        await Staging.ReleaseAsync(1);
        Images.IsEmpty = true;

        var refused = await Should.ThrowAsync<ImmutableBuildException>(PromoteAsync);

        refused.Code.ShouldBe("IMB8027");
        refused.Message.ShouldContain("local/web");
        Production.Target.Calls.ShouldBeEmpty();
    }

    private Task FailCheckAsync(int commit) =>
        new RolloutRunner(Staging.Target, Staging.Time, Staging.Reporter, new RolloutSettings()).GiveUpAsync(Staging.Desire(commit), DestroyErrors.CheckFailed(World.Id(commit), "Smoke"), Ct);
}
