using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Generations.Rollouts;

/// <summary>The last lines of the instance at fault, kept before its generation goes. They only explain, so that nothing fails for want of them.</summary>
internal sealed class InstanceLog(IDeploymentTarget target, AppKey app, GenerationId generation, int lines, IReporter reporter)
{
    private bool _isRead;

    /// <summary>What was read; empty before.</summary>
    public ImmutableArray<string> Lines { get; private set; } = [];

    /// <summary>Reads once; false when there is nothing to read, or it was read before.</summary>
    public async Task<bool> ReadAsync(string? instance, CancellationToken cancellationToken)
    {
        if (instance is null || _isRead)
        {
            return false;
        }

        _isRead = true;
        try
        {
            Lines = [.. await target.ReadLogAsync(app, generation, instance, lines, cancellationToken)];
        }
        catch (ImmutableBuildException fault)
        {
            reporter.Detail($"The log of the failed instance could not be read: {fault.Message}");
        }

        return true;
    }
}
