using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Images;
using ImmutableBuild.Releases;
using ImmutableBuild.Tests.Generations.Simulation;
using ImmutableBuild.Tests.Releases;
using ImmutableBuild.Trust;

namespace ImmutableBuild.Tests.Generations;

/// <summary>Nothing is created that the verifier did not agree to, whichever stage comes to create it.</summary>
public sealed class VerifiedCreationTests
{
    private readonly World _world = new(new RolloutPlan { Keep = 1 });

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact, Trait("Fault", "F38")]
    public async Task A_record_that_someone_edited_between_the_jobs_brings_nothing_unsigned_to_life()
    {
        await _world.ReleaseAsync(1);
        var edited = DeployedRecord(SimulatedSpecs.Spec(2) with { Image = Digest.Of([6, 6, 6]) });
        var calls = _world.Target.Calls.Count;

        var refusal = await Should.ThrowAsync<ImmutableBuildException>(() => Gate(Signed(2)).RunAsync(edited, Context(), Ct));

        refusal.Code.ShouldBe("IMB4999");
        _world.Target.Calls.Skip(calls).ShouldBeEmpty();
        _world.Standing.ShouldBe([World.Id(1)]);
    }

    [Fact, Trait("Fault", "F38")]
    public async Task A_generation_that_went_since_deploy_is_verified_before_it_is_made_again()
    {
        await _world.ReleaseAsync(1);
        var verifier = Signed(2);

        var result = await Gate(verifier).RunAsync(DeployedRecord(SimulatedSpecs.Spec(2)), Context(), Ct);

        result.Record.HealthGate!.Live.ShouldBe(World.Id(2));
        verifier.Asked.ShouldBe([SimulatedSpecs.Spec(2).Image]);
    }

    [Fact, Trait("Fault", "F38"), Trait("Fault", "F27")]
    public async Task A_standby_that_goes_during_its_rollback_is_verified_before_it_is_made_again()
    {
        await _world.ReleaseAsync(1);
        await _world.ReleaseAsync(2);
        var looks = 0;
        _world.Target.Shows = seen => looks++ == 0
            ? seen
            : seen with { Generations = [.. seen.Generations.Where(generation => generation.Id != World.Id(1))] };
        var verifier = Signed(2);

        var refusal = await Should.ThrowAsync<ImmutableBuildException>(() =>
            new Rollback(_world.Target, verifier, _world.Time, _world.Reporter, _ => null).RunAsync(new RollbackRequest(SimulatedSpecs.App, null, _world.Plan), Ct));

        refusal.Code.ShouldBe("IMB4999");
        verifier.Asked.ShouldBe([SimulatedSpecs.Spec(1).Image]);
        _world.Serving.ShouldBe(World.Id(2));
    }

    [Fact]
    public async Task It_has_the_pace_of_the_target_that_it_creates_on()
    {
        _world.Target.Pace = new TargetPace { Patience = TimeSpan.FromMinutes(5) };

        await using var verified = new VerifiedTarget(_world.Target, Signed(1));

        verified.Pace.ShouldBe(_world.Target.Pace);
    }

    private HealthGateStage Gate(IImageVerifier verifier) => new(_world.Target, verifier);

    private StageContext Context() => new(
        new ReleaseOptions { App = SimulatedSpecs.App, DataDirectory = "/data", Rollout = _world.Plan }, _world.Reporter, _world.Time, _ => null)
    { WorkDirectory = "/work" };

    private ReleaseRecord DeployedRecord(GenerationSpec spec) => SampleRecord.Compiled with
    {
        App = SimulatedSpecs.App,
        Deploy = new DeployRecord { Spec = spec, AlreadyLive = false, LiveSequence = _world.Now.LiveSequence },
    };

    private static OnlySigned Signed(int commit) => new(SimulatedSpecs.Spec(commit).Image);

    private sealed class OnlySigned(Digest signed) : IImageVerifier
    {
        private static readonly ErrorDescriptor s_unsigned = new("IMB4999", "Not signed", "The test says so.", "Nothing.");

        public List<Digest> Asked { get; } = [];

        public Task VerifyAsync(AppKey app, CommitSha commit, string repository, Digest image, CancellationToken cancellationToken)
        {
            Asked.Add(image);
            return image == signed ? Task.CompletedTask : throw new ImmutableBuildException(new Diagnostic(s_unsigned, $"{image} is not signed."));
        }
    }
}
