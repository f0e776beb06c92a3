using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Local;

/// <summary>What became of an app that was to be brought back.</summary>
public enum ResumeOutcome
{
    /// <summary>It answers again.</summary>
    Resumed,

    /// <summary>Its gateway ran all the time, and it answers.</summary>
    Running,

    /// <summary>No generation had traffic when it ended, so there is nothing to bring back.</summary>
    Idle,

    /// <summary>It could not be brought back; the error says why.</summary>
    Failed,
}

/// <summary>One app that <see cref="ResumeApps"/> looked after.</summary>
/// <param name="App">The app.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Serving">The generation with the largest share of traffic; null when none has any, or when it could not be asked.</param>
/// <param name="Url">Where it answers; null for a worker.</param>
/// <param name="Error">Why it failed.</param>
public sealed record ResumedApp(AppKey App, ResumeOutcome Outcome, GenerationId? Serving, string? Url, Diagnostic? Error);
