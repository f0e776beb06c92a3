using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Drift;
using ImmutableBuild.IntegrationTests.Rig;

namespace ImmutableBuild.IntegrationTests.Targets;

/// <summary>What every target that serves real requests has to do beyond <see cref="DeploymentTargetContract"/>.</summary>
public abstract class ServingTargetContract : DeploymentTargetContract
{
    // Nothing that cuts a request on a busy machine, which ends here when its test ends it.
    private static readonly TimeSpan s_drain = TimeSpan.FromMinutes(2);

    protected abstract IServingFixture CreateServingFixture();

    protected sealed override Task<IContractFixture> CreateFixtureAsync() => Task.FromResult<IContractFixture>(CreateServingFixture());

    [Fact, Trait("Fault", "F21"), Trait("Fault", "F25")]
    public async Task A_request_in_flight_ends_before_its_generation_goes()
    {
        var bed = (IServingFixture)Bed;
        var (first, lease) = await CreateHealthyAsync(drain: s_drain);
        await bed.Target.RouteAsync(bed.App, Route.To(first.Id), lease, TestContext.Current.CancellationToken);
        var (second, _) = await CreateHealthyAsync(version: 2, lease: lease);
        using var request = await HoldRequestAsync(bed);

        await TakenAsync(first.Id);
        await bed.Target.RouteAsync(bed.App, Route.To(second.Id), lease, TestContext.Current.CancellationToken);
        await bed.Target.DestroyAsync(bed.App, first.Id, lease, TestContext.Current.CancellationToken);

        await request.EndAsync();
        await EventuallyAsync(seen => seen.Find(first.Id) is null);
    }

    [Fact, Trait("Fault", "F21"), Trait("Fault", "F37")]
    public async Task A_request_in_flight_ends_before_its_instance_goes()
    {
        var bed = (IServingFixture)Bed;
        var (spec, lease) = await CreateHealthyAsync(drain: s_drain);
        await bed.Target.RouteAsync(bed.App, Route.To(spec.Id), lease, TestContext.Current.CancellationToken);
        var old = await FirstInstanceAsync(spec);
        await bed.Target.ReplaceAsync(bed.App, spec.Id, old, ReplacementStep.Begin, lease, TestContext.Current.CancellationToken);
        await EventuallyAsync(seen => seen.Find(spec.Id)!.Joining is [{ Instance.ConsecutiveHealthy: >= 3 }]);
        using var request = await HoldRequestAsync(bed);
        await TakenAsync(spec.Id);

        await bed.Target.ReplaceAsync(bed.App, spec.Id, old, ReplacementStep.Finish, lease, TestContext.Current.CancellationToken);

        (await bed.Target.ObserveAsync(bed.App, TestContext.Current.CancellationToken)).Find(spec.Id)!.Leaving.ShouldHaveSingleItem().Name.ShouldBe(old);
        await request.EndAsync();
        await EventuallyAsync(seen => seen.Find(spec.Id)!.Leaving.IsEmpty);
    }

    /// <summary>
    /// Waits until a client's request is with an instance of the generation: what is in flight may be the target's own question to its public entry,
    /// what waits for an answer is a client's. A target that can't tell how many wait overrides this, and asks its test app.
    /// </summary>
    protected virtual Task TakenAsync(GenerationId generation) =>
        EventuallyAsync(seen => seen.Find(generation)!.Traffic?.Waiting?.Total > 0);

    private static async Task<HeldUpload> HoldRequestAsync(IServingFixture bed) =>
        new(new Uri((await bed.Target.ObserveAsync(bed.App, TestContext.Current.CancellationToken)).Url!));
}
