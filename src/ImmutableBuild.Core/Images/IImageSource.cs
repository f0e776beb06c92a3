using ImmutableBuild.Images.Oci;

namespace ImmutableBuild.Images;

/// <summary>
/// Where content can be read by digest: an OCI layout or a registry's repository. Whatever is returned has been hashed and is
/// what the digest names; a source is never believed (R1, R2, R5).
/// </summary>
public interface IImageSource
{
    /// <summary>What messages call it: a directory, or <c>host/repository</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Begins to read what belongs together, an image or its signatures: until the result is disposed, nothing is removed from the
    /// source. Null where nobody removes anything that others may be reading.
    /// </summary>
    IDisposable? BeginReading(CancellationToken cancellationToken) => null;

    /// <summary>Reads a manifest or index of at most <see cref="OciJson.MaxManifestBytes"/>; null when the source has none of that digest.</summary>
    Task<ManifestContent?> FindManifestAsync(Digest digest, CancellationToken cancellationToken);

    /// <summary>
    /// Opens a blob. The stream throws IMB2002 when it turns out longer than the descriptor says, and at its end when it is
    /// shorter or hashes to something else: nothing read may be used before the end was reached.
    /// </summary>
    Task<Stream> OpenBlobAsync(Descriptor blob, CancellationToken cancellationToken);
}

/// <summary>The bytes of a manifest or index, whose digest has been checked, and the media type they were found under.</summary>
public sealed record ManifestContent(Digest Digest, string MediaType, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>The descriptor of these bytes.</summary>
    public Descriptor Descriptor => new() { MediaType = MediaType, Size = Bytes.Length, Digest = Digest };
}
