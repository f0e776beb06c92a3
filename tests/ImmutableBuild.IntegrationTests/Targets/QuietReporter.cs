using ImmutableBuild.Errors;
using ImmutableBuild.Releases;

namespace ImmutableBuild.IntegrationTests.Targets;

/// <summary>Says nothing.</summary>
internal sealed class QuietReporter : IReporter
{
    public static QuietReporter Instance { get; } = new();

    public void Started(StageName stage)
    {
    }

    public void Finished(StageName stage, TimeSpan elapsed, string summary)
    {
    }

    public void Detail(string message)
    {
    }

    public void Warn(Diagnostic warning)
    {
    }
}
