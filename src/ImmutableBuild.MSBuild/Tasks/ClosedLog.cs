using ImmutableBuild.Errors;
using ImmutableBuild.Releases;

namespace ImmutableBuild.MSBuild;

/// <summary>Stands for the build's log after the build has ended.</summary>
internal sealed class ClosedLog : IReporter
{
    /// <inheritdoc/>
    public void Started(StageName stage)
    {
    }

    /// <inheritdoc/>
    public void Finished(StageName stage, TimeSpan elapsed, string summary)
    {
    }

    /// <inheritdoc/>
    public void Detail(string message)
    {
    }

    /// <inheritdoc/>
    public void Warn(Diagnostic warning)
    {
    }
}
