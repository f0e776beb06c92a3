using ImmutableBuild.Errors;

namespace ImmutableBuild.Releases;

/// <summary>Where a release tells people what it does. Shells implement it: MSBuild's log, a terminal, NUKE's log.</summary>
public interface IReporter
{
    /// <summary>A stage begins.</summary>
    void Started(StageName stage);

    /// <summary>A stage ended well; <paramref name="summary"/> is its one line.</summary>
    void Finished(StageName stage, TimeSpan elapsed, string summary);

    /// <summary>Something within a stage worth a line in a detailed log.</summary>
    void Detail(string message);

    /// <summary>A warning.</summary>
    void Warn(Diagnostic warning);
}
