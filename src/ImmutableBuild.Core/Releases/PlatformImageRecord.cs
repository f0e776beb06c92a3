using System.Collections.Immutable;
using ImmutableBuild.Images;

namespace ImmutableBuild.Releases;

/// <summary>The image of one platform.</summary>
public sealed record PlatformImageRecord
{
    /// <summary>The platform, <c>linux/amd64</c>.</summary>
    public required string Platform { get; init; }

    /// <summary>The digest of its manifest.</summary>
    public required Digest Digest { get; init; }

    /// <summary>The digest of the base image's manifest for this platform; null for scratch.</summary>
    public Digest? BaseDigest { get; init; }

    /// <summary>The user it runs as, <c>1654</c>.</summary>
    public required string User { get; init; }

    /// <summary>Its layers, lowest first.</summary>
    public required ImmutableArray<LayerRecord> Layers { get; init; }
}
