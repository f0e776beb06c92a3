using ImmutableBuild.Errors;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Generations.Debugging;

/// <summary>Debug: a copy of what is live, to look at.</summary>
public sealed class DebugApp(IDeploymentTarget target)
{
    /// <summary>Starts the copy. IMB8020 when nothing is live, IMB8022 where the target has no copies.</summary>
    public async Task<(GenerationId Generation, IDebugCopy Copy)> RunAsync(AppKey app, DebugRequest request, CancellationToken cancellationToken)
    {
        if (target is not IDebugTarget copies)
        {
            throw DebugErrors.NoCopies(app);
        }

        var observed = await target.ObserveAsync(app, cancellationToken);
        var live = observed.Serving is { } serving ? observed.Find(serving) : null;
        return live is null
            ? throw DebugErrors.NothingLive(app)
            : (live.Id, await copies.StartCopyAsync(live.Spec, request, cancellationToken));
    }
}
