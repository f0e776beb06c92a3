using ImmutableBuild.Generations.Rollouts;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Generations;

/// <summary>What a release's stages want of the rollout: the same thing, each up to its own goal.</summary>
internal static class ReleaseDesired
{
    /// <summary>The wish of a release that has not been deployed yet.</summary>
    public static Desired Create(ReleaseRecord record, StageContext context) => Of(record, context, SpecOf(record, context), RolloutGoal.Created);

    /// <summary>The wish of a release that was deployed.</summary>
    public static Desired Continue(ReleaseRecord record, StageContext context, RolloutGoal goal)
    {
        var desired = Of(record, context, record.Deploy!.Spec, goal);
        return goal == RolloutGoal.Live ? desired with { LiveSequence = record.Deploy.LiveSequence, Earlier = record.Deploy.Earlier } : desired;
    }

    private static Desired Of(ReleaseRecord record, StageContext context, GenerationSpec spec, RolloutGoal goal) => new()
    {
        Spec = spec,
        Plan = context.Options.Rollout,
        Goal = goal,
        Cause = record.Promoted is null ? LedgerCause.Release : LedgerCause.Promote,
        Reason = record.Promoted?.ToString(),
        Writer = LeaseHolder.For($"{(record.Promoted is null ? "release" : "promotion")} {record.ReleaseId}"),
    };

    private static GenerationSpec SpecOf(ReleaseRecord record, StageContext context)
    {
        var configuration = SecretReferences.AddTo(context.Options.Runtime, context.Options, context.ReadVariable);
        return new GenerationSpec
        {
            App = record.App,
            Commit = record.Compile.Commit,
            Image = record.Promoted?.Digest ?? record.Push!.Digest,
            Repository = record.Promoted?.Repository ?? record.Push!.Repository,
            Configuration = configuration,
            Size = configuration.Instances,
        };
    }
}
