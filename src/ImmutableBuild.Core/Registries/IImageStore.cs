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

    /// <summary>Brings a blob from a layout. False when its content had not to be sent, since the store has it in another place.</summary>
    Task<bool> AddBlobAsync(OciLayout from, Descriptor blob, CancellationToken cancellationToken);

    /// <summary>Puts a manifest without naming it. All it refers to must be there.</summary>
    Task AddManifestAsync(ManifestContent manifest, CancellationToken cancellationToken);

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
