using ImmutableBuild.Errors;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Tests.Generations.Simulation;

/// <summary>Keeps what it is told.</summary>
public sealed class CollectingReporter : IReporter
{
    public IList<string> Details { get; } = new List<string>();

    public IList<Diagnostic> Warnings { get; } = new List<Diagnostic>();

    public void Started(StageName stage)
    {
    }

    public void Finished(StageName stage, TimeSpan elapsed, string summary)
    {
    }

    public void Detail(string message) => Details.Add(message);

    public void Warn(Diagnostic warning) => Warnings.Add(warning);
}
