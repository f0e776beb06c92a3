using ImmutableBuild.Errors;
using ImmutableBuild.Generations.Rollouts;
using ImmutableBuild.Releases;
using ImmutableBuild.Trust;

namespace ImmutableBuild.Generations;

/// <summary>Deploy: verifies the image, then creates the new generation beside the old one, without traffic.</summary>
public sealed class DeployStage(IDeploymentTarget target, IImageVerifier verifier) : IStage
{
    /// <inheritdoc/>
    public StageName Name => StageName.Deploy;

    /// <summary>The next stage follows in the same process and goes on under the same lease.</summary>
    public bool KeepsLease { get; init; }

    /// <inheritdoc/>
    public async Task<StageResult> RunAsync(ReleaseRecord record, StageContext context, CancellationToken cancellationToken)
    {
        var desired = ReleaseDesired.Create(record, context);
        var spec = desired.Spec;
        await verifier.VerifyNewAsync(spec.App, spec.Commit, spec.Repository, spec.Image, cancellationToken);

        var runner = new RolloutRunner(target, context.Time, context.Reporter, new RolloutSettings { KeepLease = KeepsLease });
        var result = await runner.RunAsync(desired, cancellationToken);

        var id = desired.Id;
        var deployed = result.Observed.Find(id)!.Spec;
        var isLive = result.Unchanged && result.Before.Route.Route == Route.To(id) && Status.Of(result.Before).Live == id;
        if (isLive)
        {
            RequireAsAsked(result.Before.ListensOn, context.Options);
        }

        var serving = result.Before.Serving;
        return new StageResult(
            record with
            {
                Deploy = new DeployRecord { Spec = deployed, AlreadyLive = isLive, Serving = serving, LiveSequence = result.Before.LiveSequence, Earlier = EarlierTrial.Of(result.Before, id) },
            },
            isLive ? $"{id} is live already" : $"{id} {Beside(serving, id)}, {deployed.Size} instance{(deployed.Size == 1 ? "" : "s")}, no traffic yet");
    }

    // A target refuses another port or address when the lease is taken, and for what is live already nobody takes it.
    private static void RequireAsAsked(ListeningAddress? found, ReleaseOptions options)
    {
        if (found is not null && ((options.PublicPort > 0 && options.PublicPort != found.Port) || (options.Bind is { } bind && bind.ToString() != found.Address)))
        {
            throw DeployErrors.ListensElsewhere(options.App, found, options.Bind, options.PublicPort);
        }
    }

    private static string Beside(GenerationId? serving, GenerationId id) =>
        serving is null ? "is the first one" : serving == id ? "has traffic from an earlier run" : $"beside {serving}";
}
