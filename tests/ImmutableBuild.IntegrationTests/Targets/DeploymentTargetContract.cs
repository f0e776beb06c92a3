using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Releases;

namespace ImmutableBuild.IntegrationTests.Targets;

/// <summary>
/// What every target has to do. Each adapter derives from it and runs it against the real system. The calls it promises are
/// tested in the parts named after them.
/// </summary>
public abstract partial class DeploymentTargetContract : IAsyncLifetime
{
    private static readonly TimeSpan s_long = TimeSpan.FromMinutes(5);

    private IContractFixture? _bed;

    protected IContractFixture Bed => _bed!;

    private IDeploymentTarget Target => Bed.Target;

    private AppKey App => Bed.App;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    protected abstract Task<IContractFixture> CreateFixtureAsync();

    public async ValueTask InitializeAsync() => _bed = await CreateFixtureAsync();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_bed is not null)
        {
            await _bed.DisposeAsync();
        }
    }

    [Fact]
    public async Task An_app_never_released_has_nothing()
    {
        var seen = await ObserveAsync();

        seen.Generations.ShouldBeEmpty();
        seen.Route.Route.ShouldBe(Route.None);
        seen.Lease.ShouldBeNull();
        seen.Ledger.ShouldBeEmpty();
    }

    private static LedgerEntry Entry(GenerationSpec spec, LedgerEvent what) => new() { Event = what, Cause = LedgerCause.Release, Spec = spec, By = "contract" };

    private Task<Lease> LeaseAsync(string holder = "contract") => Target.AcquireLeaseAsync(App, new LeaseRequest(holder, s_long), Ct);

    private Task<Observation> ObserveAsync() => Target.ObserveAsync(App, Ct);

    protected async Task<(GenerationSpec Spec, Lease Lease)> CreateHealthyAsync(int version = 1, int instances = 1, Lease? lease = null, TimeSpan? drain = null)
    {
        lease ??= await LeaseAsync();
        var spec = Bed.Spec(App, AppVariant.Healthy, version, instances);
        spec = drain is { } time ? spec with { Configuration = spec.Configuration with { DrainTimeout = time } } : spec;
        await Target.CreateAsync(spec, lease, Ct);
        await EventuallyAsync(seen => seen.Find(spec.Id) is { } generation
            && generation.Instances.Length == instances
            && generation.Instances.All(instance => instance.ConsecutiveHealthy >= 3));
        return (spec, lease);
    }

    protected async Task<Observation> EventuallyAsync(Func<Observation, bool> condition)
    {
        var began = Bed.Time.GetTimestamp();
        while (true)
        {
            var seen = await ObserveAsync();
            if (condition(seen))
            {
                return seen;
            }

            Bed.Time.GetElapsedTime(began).ShouldBeLessThan(Bed.Patience, $"Still not so: {string.Join("; ", seen.Generations.Select(generation => $"{generation.Id} {generation.Phase} {string.Join(',', generation.Instances)}"))}");
            await Bed.PauseAsync(TimeSpan.FromMilliseconds(100));
        }
    }

    /// <summary>Asks the public entry until the generation answers: not every entry follows its route at once.</summary>
    private async Task AnsweredByAsync(GenerationId id)
    {
        var began = Bed.Time.GetTimestamp();
        while (await Bed.AskAsync(App) is var answered && answered != id)
        {
            Bed.Time.GetElapsedTime(began).ShouldBeLessThan(Bed.Patience, $"{id} was to answer, and {answered?.ToString() ?? "nobody"} did.");
            await Bed.PauseAsync(TimeSpan.FromMilliseconds(100));
        }
    }

    /// <summary>The name of one of its instances: names are the target's own.</summary>
    protected async Task<string> FirstInstanceAsync(GenerationSpec spec) =>
        (await EventuallyAsync(seen => seen.Find(spec.Id)?.Instances.IsEmpty == false)).Find(spec.Id)!.Instances[0].Name;

    private static async Task RefusedAsync(string code, Func<Task> call) =>
        (await Should.ThrowAsync<ImmutableBuildException>(call)).Code.ShouldStartWith(code);

    private sealed class SilentReporter : IReporter
    {
        public void Started(StageName stage)
        {
        }

        public void Finished(StageName stage, TimeSpan elapsed, string summary)
        {
        }

        public void Detail(string message)
        {
        }

        public void Warn(Diagnostic warning)
        {
        }
    }
}
