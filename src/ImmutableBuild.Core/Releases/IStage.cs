namespace ImmutableBuild.Releases;

/// <summary>One step of the chain. It takes the record, does one thing, and returns a new record with its part filled in.</summary>
public interface IStage
{
    /// <summary>Which step it is.</summary>
    StageName Name { get; }

    /// <summary>
    /// Does the step. Throws <see cref="Errors.ImmutableBuildException"/> when it refuses. The result's <c>Summary</c> is the
    /// one line printed for the stage, such as <c>sha256:3f2a… 5 layers, 48.2 MB, 4 re-used</c>.
    /// </summary>
    Task<StageResult> RunAsync(ReleaseRecord record, StageContext context, CancellationToken cancellationToken);
}

/// <summary>What a stage hands on.</summary>
/// <param name="Record">The record with the stage's part filled in.</param>
/// <param name="Summary">One line for people, without the stage's name.</param>
public sealed record StageResult(ReleaseRecord Record, string Summary);
