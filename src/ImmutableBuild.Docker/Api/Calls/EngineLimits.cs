namespace ImmutableBuild.Docker.Api.Calls;

/// <summary>What is waited for, and how much is read, at most.</summary>
internal sealed record EngineLimits
{
    /// <summary>The limits of a release.</summary>
    public static EngineLimits Default { get; } = new();

    /// <summary>A reply's first byte, and the whole of a reply that is no stream.</summary>
    public TimeSpan Reply { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>The silence between two lines of a pull or load.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The silence between two lines of a build: a step may work for long without a word.</summary>
    public TimeSpan BuildSilence { get; init; } = TimeSpan.FromHours(1);

    /// <summary>A JSON reply.</summary>
    public int ReplyBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>A line of a JSON stream.</summary>
    public int LineBytes { get; init; } = 1024 * 1024;

    /// <summary>The reply of a call that failed.</summary>
    public int ErrorBytes { get; init; } = 64 * 1024;
}
