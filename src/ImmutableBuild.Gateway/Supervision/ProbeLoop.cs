using ImmutableBuild.Gateway.Probing;
using ImmutableBuild.Generations;

namespace ImmutableBuild.Gateway.Supervision;

/// <summary>Looks at one instance again and again, and at once when asked; never twice at the same time.</summary>
/// <param name="probe">How often.</param>
/// <param name="run">What runs of it now; null while nothing does.</param>
/// <param name="learned">Something was learned of it, which is shown once this returns.</param>
/// <param name="time">The gateway's clock.</param>
internal sealed class ProbeLoop(Probe probe, Func<InstanceRun?> run, Action learned, TimeProvider time) : IDisposable
{
    /// <summary>How often an instance is probed that is not healthy: it may be about to be.</summary>
    private static readonly TimeSpan EagerInterval = TimeSpan.FromMilliseconds(50);

    private readonly SemaphoreSlim _probing = new(1, 1);

    /// <summary>Probes now; true when the instance may get requests.</summary>
    public async Task<bool> LookAsync(CancellationToken cancellationToken)
    {
        if (run() is not { } looked)
        {
            return false;
        }

        await _probing.WaitAsync(cancellationToken);
        try
        {
            var outcome = await LookAsync(looked, cancellationToken);
            looked.Learn(outcome, time.GetUtcNow());
            learned();
            looked.Show();
            return outcome.Healthy && ReferenceEquals(looked, run());
        }
        finally
        {
            _probing.Release();
        }
    }

    /// <summary>Looks until <paramref name="stopping"/>, and calls <paramref name="each"/> after each look; tells what fails.</summary>
    public async Task RunAsync(Action each, Action<Exception> tell, CancellationToken stopping)
    {
        while (await PauseAsync(stopping))
        {
            try
            {
                await LookAsync(stopping);
                each();
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                tell(fault);
            }
        }
    }

    public void Dispose() => _probing.Dispose();

    /// <summary>A probe that could not be made says as little as one that took too long, and counts as such.</summary>
    private static async Task<ProbeOutcome> LookAsync(InstanceRun run, CancellationToken cancellationToken)
    {
        try
        {
            return await run.Prober.LookAsync(cancellationToken);
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
        {
            return new ProbeOutcome(false, $"could not be probed: {fault.Message}", TimedOut: true);
        }
    }

    private async Task<bool> PauseAsync(CancellationToken stopping)
    {
        var isWell = run()?.Health.Last is { Healthy: true };
        await Task.Delay(isWell || probe.Interval < EagerInterval ? probe.Interval : EagerInterval, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !stopping.IsCancellationRequested;
    }
}
