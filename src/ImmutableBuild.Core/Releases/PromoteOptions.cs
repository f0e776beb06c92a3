using System.Diagnostics.CodeAnalysis;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Trust.Verification;

namespace ImmutableBuild.Releases;

/// <summary>For a promotion alone: what is promoted.</summary>
public sealed record PromoteOptions
{
    /// <summary>The environment whose live image is promoted; null where the image is named.</summary>
    public string? From { get; init; }

    /// <summary>The image; beside <see cref="From"/>, the one that is expected to be live there.</summary>
    public NamedDigest? Image { get; init; }
}

/// <summary>An image named by its digest, with or without its repository.</summary>
/// <param name="Repository"><c>host/repository</c> or <c>local/app</c>; null where only the digest was given.</param>
/// <param name="Digest">The digest.</param>
public sealed record NamedDigest(string? Repository, Digest Digest)
{
    /// <summary>Parses <c>sha256:…</c> or <c>host/repository@sha256:…</c>; a tag before the '@' is left out.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out NamedDigest? image)
    {
        try
        {
            image = Digest.TryParse(text, out var digest) ? new NamedDigest(null, digest)
                : ImageToVerify.Parse(text) is var (repository, named) ? new NamedDigest(repository, named) : null;
        }
        catch (ImmutableBuildException)
        {
            image = null;
        }

        return image is not null;
    }
}
