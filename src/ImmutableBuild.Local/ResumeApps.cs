using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Local.Gateways;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Local;

/// <summary>
/// Resume: after a restart of the host, brings back the gateway of every app that had one, and with it what was committed (F44).
/// An app that can't be brought back doesn't keep the others from it (F10).
/// </summary>
public sealed class ResumeApps(LocalTargetOptions options)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    private readonly LocalLayout _layout = new(Path.GetFullPath(options.DataDirectory));

    /// <summary>How long an app may take until it answers.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Brings back the apps that <paramref name="chosen"/> accepts, several at a time, and tells each to <paramref name="ended"/> as it is
    /// done. The result is in the order of their names. IMB6100 when the data directory can't be read.
    /// </summary>
    public async Task<ImmutableArray<ResumedApp>> RunAsync(Func<AppKey, bool> chosen, Action<ResumedApp> ended, CancellationToken cancellationToken)
    {
        var gateways = new GatewayConnector(_layout, options);
        var apps = _layout.FindApps().Where(app => chosen(app) && gateways.WasInterrupted(app)).ToList();
        var done = new ResumedApp[apps.Count];
        var told = new Lock();
        await Parallel.ForAsync(0, apps.Count, cancellationToken, async (index, ct) =>
        {
            done[index] = await ResumeAsync(apps[index], gateways, ct);
            lock (told)
            {
                ended(done[index]);
            }
        });
        return [.. done];
    }

    private async Task<ResumedApp> ResumeAsync(AppKey app, GatewayConnector gateways, CancellationToken cancellationToken)
    {
        try
        {
            var ran = await gateways.FindAsync(app, cancellationToken) is not null;
            await using var target = LocalTarget.Open(options);
            var status = await WaitUntilItAnswersAsync(target, app, cancellationToken);
            var outcome = status.Serving is null ? ResumeOutcome.Idle : ran ? ResumeOutcome.Running : ResumeOutcome.Resumed;
            return new ResumedApp(app, outcome, status.Serving, status.Url, null);
        }
        catch (ImmutableBuildException fault)
        {
            return new ResumedApp(app, ResumeOutcome.Failed, null, null, fault.Diagnostics[0]);
        }
        catch (Exception fault) when (fault is not (OutOfMemoryException or OperationCanceledException))
        {
            return new ResumedApp(app, ResumeOutcome.Failed, null, null, InternalErrors.Unexpected(fault).Diagnostics[0]);
        }
    }

    // Observing is what starts a gateway that was interrupted, and starts it again if it ends once more.
    private async Task<Observation> WaitUntilItAnswersAsync(LocalTarget target, AppKey app, CancellationToken cancellationToken)
    {
        var began = options.Time.GetTimestamp();
        while (true)
        {
            var seen = await target.ObserveAsync(app, cancellationToken);
            var status = Status.Of(seen);
            if (seen.Serving is not { } serving || status.IsServing)
            {
                return seen;
            }

            if (options.Time.GetElapsedTime(began) > Patience)
            {
                var instances = status.Generations.First(generation => generation.Id == serving).Instances;
                throw LocalErrors.NotAnswering(app, serving, Patience, instances.Select(instance => $"instance {instance.Name}: {instance.Detail}"));
            }

            await Task.Delay(Interval, options.Time, cancellationToken);
        }
    }
}
