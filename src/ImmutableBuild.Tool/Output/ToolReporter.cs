using ImmutableBuild.Errors;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Tool.Output;

/// <summary>Tells what a rollout decides while it runs; nothing but warnings where the answer is JSON.</summary>
internal sealed class ToolReporter(ToolOutput output) : IReporter
{
    /// <inheritdoc/>
    public void Started(StageName stage)
    {
        // Nothing that uses this reporter runs stages.
    }

    /// <inheritdoc/>
    public void Finished(StageName stage, TimeSpan elapsed, string summary) => Detail(summary);

    /// <inheritdoc/>
    public void Detail(string message)
    {
        if (!output.AsJson)
        {
            output.Line(message, "grey");
        }
    }

    /// <inheritdoc/>
    public void Warn(Diagnostic warning) => output.Tell(warning);
}
