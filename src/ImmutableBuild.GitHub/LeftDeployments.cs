using ImmutableBuild.Generations.Rollouts;
using ImmutableBuild.GitHub.Api;

namespace ImmutableBuild.GitHub;

/// <summary>
/// Deployments whose run ended without saying how, as a killed runner's does. A release that has made a deployment of its own has held the
/// lease since, so nobody works any more on an older one that still says it is in progress.
/// </summary>
internal sealed class LeftDeployments(IDeploymentsClient deployments, GitHubAccess access)
{
    // Older ones than these were looked at by an earlier release.
    private const int MostLookedAt = 10;
    private static readonly TimeSpan Lease = new RolloutSettings().LeaseDuration;

    /// <summary>Those of <paramref name="all"/>, newest first, that are older than <paramref name="own"/> by more than a lease, and not later than the last success.</summary>
    public async Task<IReadOnlyList<Deployment>> FindAsync(IEnumerable<Deployment> all, Deployment own, CancellationToken cancellationToken)
    {
        var left = new List<Deployment>();
        foreach (var deployment in all.Where(each => each.Id < own.Id).Take(MostLookedAt))
        {
            var latest = await LatestAsync(deployment, cancellationToken);
            if (latest?.Is(DeploymentState.Success) == true)
            {
                break;
            }

            if (IsAtWork(latest) && own.CreatedAt - (latest?.CreatedAt ?? deployment.CreatedAt) > Lease)
            {
                left.Add(deployment);
            }
        }

        return left;
    }

    /// <summary>The newest status of <paramref name="deployment"/>; null for none.</summary>
    public async Task<DeploymentStatus?> LatestAsync(Deployment deployment, CancellationToken cancellationToken) =>
        (await deployments.Status.GetAll(access.Owner, access.Name, deployment.Id, cancellationToken)).MaxBy(status => status.Id);

    private static bool IsAtWork(DeploymentStatus? latest) =>
        latest is null || latest.Is(DeploymentState.Pending) || latest.Is(DeploymentState.Queued) || latest.Is(DeploymentState.InProgress);
}
