using ImmutableBuild.Images;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Generations;

/// <summary>What a repository says of an image that is there already.</summary>
public interface IRepositoryImages
{
    /// <summary>Looks the image up by its digest; null when the repository has none. Nothing it says is verified here but what a digest proves.</summary>
    /// <param name="app">What it shall run as.</param>
    /// <param name="repository">Where it is looked for.</param>
    /// <param name="image">Its digest.</param>
    /// <param name="commit">The commit it is said to be of; null takes the one that its signature names.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    Task<RepositoryImage?> FindAsync(AppKey app, string repository, Digest image, CommitSha? commit, CancellationToken cancellationToken);
}

/// <summary>An image of a repository.</summary>
/// <param name="Commit">The commit it was made from.</param>
/// <param name="Created">When it was made: the commit's time.</param>
/// <param name="Version">The version it says it has; empty where it says none.</param>
/// <param name="Source">Where its source is; null where it doesn't say.</param>
/// <param name="IsDirty">It was made from uncommitted changes.</param>
public sealed record RepositoryImage(CommitSha Commit, DateTimeOffset Created, string Version, string? Source, bool IsDirty);
