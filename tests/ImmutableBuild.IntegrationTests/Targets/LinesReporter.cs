using ImmutableBuild.Errors;
using ImmutableBuild.Releases;

namespace ImmutableBuild.IntegrationTests.Targets;

/// <summary>What is told while something is at work, in the test's own output.</summary>
internal sealed class LinesReporter(ITestOutputHelper output) : IReporter
{
    public void Started(StageName stage) => output.WriteLine($"{stage} began");

    public void Finished(StageName stage, TimeSpan elapsed, string summary) => output.WriteLine(summary);

    public void Detail(string message) => output.WriteLine(message);

    public void Warn(Diagnostic warning) => output.WriteLine($"{warning}");
}
