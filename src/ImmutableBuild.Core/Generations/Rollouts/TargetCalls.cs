using ImmutableBuild.Releases;

namespace ImmutableBuild.Generations.Rollouts;

/// <summary>From an action to the call that does it.</summary>
internal static class TargetCalls
{
    /// <summary>Makes the one call of a changing action.</summary>
    public static Task MakeAsync(this IDeploymentTarget target, AppKey app, RolloutAction action, Lease lease, CancellationToken cancellationToken) => action switch
    {
        Create create => target.CreateAsync(create.Spec, lease, cancellationToken),
        SetRoute move => target.RouteAsync(app, move.Route, lease, cancellationToken),
        Record record => target.RecordAsync(app, record.Entry, lease, cancellationToken),
        Destroy destroy => target.DestroyAsync(app, destroy.Generation, lease, cancellationToken),
        _ => throw new InvalidOperationException($"{action.GetType().Name} changes nothing."),
    };
}
