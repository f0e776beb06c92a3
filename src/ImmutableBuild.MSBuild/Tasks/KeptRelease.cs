using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.GitHub;
using ImmutableBuild.Releases;
using ImmutableBuild.Reports;
using Microsoft.Build.Framework;

namespace ImmutableBuild.MSBuild;

/// <summary>
/// A release between two stages of one build, which holds the lease. The next stage takes it and goes on; when that stage does
/// not come to its end, or the build ends before it, for it was cancelled or a target in between failed, what is left of the
/// release is put right.
/// </summary>
internal sealed class KeptRelease(StageContext context, string gatewayProgram) : IDisposable
{
    private bool _taken;
    private bool _continued;

    /// <summary>Leaves the release for the next stage, or for the end of the build.</summary>
    public static void Keep(IBuildEngine engine, StageContext context, string gatewayProgram) =>
        (engine as IBuildEngine4)?.RegisterTaskObject(KeyOf(context.WorkDirectory), new KeptRelease(context, gatewayProgram), RegisteredTaskObjectLifetime.Build, allowEarlyCollection: false);

    /// <summary>Takes the release that an earlier stage left, if there is one.</summary>
    public static KeptRelease? Take(IBuildEngine engine, string workDirectory)
    {
        var kept = (engine as IBuildEngine4)?.UnregisterTaskObject(KeyOf(workDirectory), RegisteredTaskObjectLifetime.Build) as KeptRelease;
        if (kept is not null)
        {
            kept._taken = true;
        }

        return kept;
    }

    /// <summary>The next stage did its work.</summary>
    public void Continued() => _continued = true;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_continued)
        {
            AbandonAsync().GetAwaiter().GetResult();
        }
    }

    private static string KeyOf(string workDirectory) => $"{typeof(KeptRelease).FullName} {workDirectory}";

    /// <summary>Ends what the last stage left. The build's log is closed by now, so that what became of the release is told in its report.</summary>
    private async Task AbandonAsync()
    {
        var record = await new ReleaseRecordFile(context.WorkDirectory).ReadAsync(CancellationToken.None);
        try
        {
            await using var stages = new ReleaseStages(context, gatewayProgram);

            // Between two stages nobody renews the lease, and a step of the user's own may outlast it: it may have lapsed. A stage that took it has given it back itself.
            await LeftRelease.AbandonAsync(record, context, stages.Target, evenLapsed: !_taken);
        }
        catch (ImmutableBuildException refusal)
        {
            await ReleaseReport.Create(record, refusal.Diagnostics).WriteAsync(context.WorkDirectory, CancellationToken.None);
            if (record.HealthGate is null)
            {
                // A follower of its own, since the build's may be disposed of by now. It takes a few seconds at most.
                using var github = new GitHubFollower();
                await github.RefusedAsync(record, StageName.HealthGate, new OperationCanceledException(refusal.Message, refusal), context);
            }
        }
    }
}
