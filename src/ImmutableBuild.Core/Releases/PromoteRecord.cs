using ImmutableBuild.Generations;
using ImmutableBuild.Images;

namespace ImmutableBuild.Releases;

/// <summary>Where the image of a promotion comes from. Its stages up to Push were another release's.</summary>
public sealed record PromoteRecord
{
    /// <summary>The environment in which it was live; null where it was named by its digest alone.</summary>
    public string? From { get; init; }

    /// <summary>The generation that was live there.</summary>
    public GenerationId? Generation { get; init; }

    /// <summary>Where the image is read from, <c>host/repository</c> or <c>local/app</c>.</summary>
    public required string Repository { get; init; }

    /// <summary>Its digest.</summary>
    public required Digest Digest { get; init; }

    /// <summary>The commit of the working copy that the configuration is from; null where none is known.</summary>
    public CommitSha? ConfigurationCommit { get; init; }

    /// <summary>That working copy had changes.</summary>
    public bool ConfigurationDirty { get; init; }

    /// <summary><c>promoted from staging</c>, for ledger and reports.</summary>
    public override string ToString() => From is null ? "promoted by its digest" : $"promoted from {From}";
}
