using ImmutableBuild.Errors;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Benchmarks.Measuring;

/// <summary>Says nothing but warnings, which a measurement had better not have.</summary>
internal sealed class QuietReporter : IReporter
{
    public void Started(StageName stage)
    {
    }

    public void Finished(StageName stage, TimeSpan elapsed, string summary)
    {
    }

    public void Detail(string message)
    {
    }

    public void Warn(Diagnostic warning) => Console.Error.WriteLine(warning);
}
