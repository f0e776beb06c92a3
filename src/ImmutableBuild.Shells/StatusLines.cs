using ImmutableBuild.Generations;

namespace ImmutableBuild.Shells;

/// <summary>The lines that status prints into a build log.</summary>
public static class StatusLines
{
    /// <summary>What runs, line by line.</summary>
    public static IEnumerable<string> Of(Status status)
    {
        yield return status.Generations.IsEmpty ? $"  {status.App} does not run."
            : $"  {status.App} {(status.IsServing ? "serves" : "does not answer")}{(status.Url is { } url ? $" at {url}" : "")}.";
        foreach (var generation in status.Generations)
        {
            yield return $"  {generation.Id}  {generation.Role,-8} {generation.Percent,3} %  {generation.Healthy} of {generation.Instances.Length} instances answer";
            if (generation.Failure is { } why)
            {
                yield return $"    It failed: {why}";
            }
        }

        if (status.Lease is { } lease)
        {
            yield return $"  {lease.Holder} is changing it.";
        }

        if (status.RollbackTo is { } back)
        {
            yield return $"  A rollback would go to {back}.";
        }
    }
}
