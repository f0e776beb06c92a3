using System.Collections.Immutable;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;

namespace ImmutableBuild.Registries;

/// <summary>Where released images are kept, and read from again: a registry's repository, or the embedded store.</summary>
public interface IImageStore : IImageSource
{
    /// <summary>Begins to push an image under <paramref name="tag"/>: until the result is disposed, nothing is removed from the store. Null where nobody removes anything.</summary>
    IDisposable? BeginPush(string tag, CancellationToken cancellationToken);

    /// <summary>What a tag means right now; null when there is no such tag.</summary>
    Task<ManifestContent?> FindTagAsync(string tag, CancellationToken cancellationToken);

    /// <summary>Whether a blob is there.</summary>
    Task<bool> HasBlobAsync(Descriptor blob, CancellationToken cancellationToken);

    /// <summary>Brings a blob from a layout. False when its content did not have to be sent, since the store has it in another place.</summary>
    Task<bool> AddBlobAsync(OciLayout from, Descriptor blob, CancellationToken cancellationToken);

    /// <summary>Puts a manifest without naming it. All it refers to must be there.</summary>
    Task AddManifestAsync(ManifestContent manifest, CancellationToken cancellationToken);

    /// <summary>
    /// What is said about <paramref name="subject"/> by other manifests: signature bundles and artifacts of others, each once. Their types and
    /// annotations are what whoever put them wrote. Throws IMB5 where that can't be told; no answer is never taken for none.
    /// </summary>
    Task<ImmutableArray<Descriptor>> ListReferrersAsync(Digest subject, CancellationToken cancellationToken);

    /// <summary>
    /// Puts manifests that are about <paramref name="subject"/>, and adds them to the list of its referrers, of which none is lost. All they refer to must be there. True where the store
    /// keeps the list itself, so that no other push can overwrite it.
    /// </summary>
    Task<bool> AddReferrersAsync(Digest subject, IReadOnlyList<(ManifestContent Manifest, Descriptor Entry)> referrers, CancellationToken cancellationToken);

    /// <summary>Waits until no other push can still overwrite a tag that was put here, having looked at it before.</summary>
    Task SettleAsync(CancellationToken cancellationToken);

    /// <summary>Puts a manifest under a tag. Returns what the tag means afterwards, which is another digest when the tag may not move and was there.</summary>
    Task<Digest> SetTagAsync(string tag, ManifestContent manifest, TagRule rule, CancellationToken cancellationToken);
}

/// <summary>Whether a tag that exists may come to mean something else.</summary>
public enum TagRule
{
    /// <summary>It may not: it is a commit.</summary>
    NeverMoves,

    /// <summary>It may: it collects signatures.</summary>
    Grows,
}
