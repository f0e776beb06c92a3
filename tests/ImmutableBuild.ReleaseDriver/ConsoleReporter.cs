using ImmutableBuild.Errors;
using ImmutableBuild.Releases;

namespace ImmutableBuild.ReleaseDriver;

/// <summary>Prints everything.</summary>
internal sealed class ConsoleReporter : IReporter
{
    public void Started(StageName stage) => Console.WriteLine($"{stage} began");

    public void Finished(StageName stage, TimeSpan elapsed, string summary) => Console.WriteLine($"{stage}: {summary}");

    public void Detail(string message) => Console.WriteLine($"  {message}");

    public void Warn(Diagnostic warning) => Console.WriteLine(warning);
}
