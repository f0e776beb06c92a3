using ImmutableBuild.Errors;

namespace ImmutableBuild.Generations;

/// <summary>Which generation of an environment is promoted to the next. Pure: from ledger and route alone.</summary>
public static class PromoteSource
{
    /// <summary>
    /// The one that is live: it has all the traffic, and the ledger says that it earned it. Throws IMB8023 when nothing has traffic, IMB8024 while the gate of
    /// a release there is not over, or when what is live does not answer.
    /// </summary>
    public static GenerationSpec Choose(Observation observed)
    {
        var newest = observed.Ledger.LastOrDefault(entry => entry.WentLive && RollbackTarget.IsTrusted(observed, entry))?.Spec.Id;
        if (observed.Route.Route.Shares.IsEmpty)
        {
            throw PromoteErrors.NothingLive(observed.App, newest);
        }

        if (observed.Generations.FirstOrDefault(generation => IsOnTrial(observed, generation, newest)) is { } trial)
        {
            throw GenerationStatus.Of(observed, trial).Failure is { } why
                ? PromoteErrors.Failed(observed.App, trial.Id, why)
                : PromoteErrors.OnTrial(observed.App, trial.Id, observed.Lease);
        }

        var live = observed.Generations.FirstOrDefault(generation => observed.Route.Route.Names(generation.Id)) ?? throw PromoteErrors.NothingLive(observed.App, newest);
        return Rollouts.ObservedHealth.Answers(live) ? live.Spec : throw PromoteErrors.NotAnswering(observed.App, live.Id);
    }

    /// <summary>Whether a release is still judging the generation. A new one without traffic counts only while someone has the lease: a killed release left it otherwise.</summary>
    private static bool IsOnTrial(Observation observed, ObservedGeneration generation, GenerationId? newest) => GenerationStatus.Of(observed, generation).Role switch
    {
        GenerationRole.OnTrial => true,
        GenerationRole.Live => generation.Id != newest,
        GenerationRole.New => observed.Lease is not null,
        _ => false,
    };
}
