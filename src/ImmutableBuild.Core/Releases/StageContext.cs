using ImmutableBuild.Images;
using ImmutableBuild.Trust;

namespace ImmutableBuild.Releases;

/// <summary>What every stage gets beside the record.</summary>
/// <param name="Options">The release's options, already validated.</param>
/// <param name="Reporter">Where warnings and progress go.</param>
/// <param name="Time">The clock.</param>
/// <param name="ReadVariable">Reads an environment variable by name; the only way to a secret's value.</param>
public sealed record StageContext(ReleaseOptions Options, IReporter Reporter, TimeProvider Time, Func<string, string?> ReadVariable)
{
    /// <summary>A directory for this release's files, beside the record: <c>obj/immutable/</c>. Exists.</summary>
    public required string WorkDirectory { get; init; }

    /// <summary>Who else is told what becomes of the release.</summary>
    public IReleaseFollower Follower { get; init; } = new NoFollower();

    /// <summary>Opens a signing key that a service keeps.</summary>
    public OpenKmsKey OpenKmsKey { get; init; } = static (key, _) => throw new InvalidOperationException($"This program brings nothing to reach {key}.");

    /// <summary>The use of the release's layout that the stage has until its part of the record is written; null where nobody has begun one.</summary>
    internal LayoutUse? LayoutUse { get; init; }

    /// <summary>Makes what answers in place of registries; null for the registries themselves.</summary>
    internal Func<HttpMessageHandler>? Registries { get; init; }
}
