using System.Collections.Immutable;

namespace ImmutableBuild.Images;

/// <summary>The names of the facts an image carries (OCI image-spec, annotations, "Pre-Defined Annotation Keys").</summary>
public static class OciAnnotations
{
    /// <summary>The commit.</summary>
    public const string Revision = "org.opencontainers.image.revision";

    /// <summary>Where the source is.</summary>
    public const string Source = "org.opencontainers.image.source";

    /// <summary>The version of what is packed.</summary>
    public const string Version = "org.opencontainers.image.version";

    /// <summary>When it was made: the commit's time.</summary>
    public const string Created = "org.opencontainers.image.created";

    /// <summary>The app's name.</summary>
    public const string Title = "org.opencontainers.image.title";

    /// <summary>The base image's reference.</summary>
    public const string BaseName = "org.opencontainers.image.base.name";

    /// <summary>The base image's digest.</summary>
    public const string BaseDigest = "org.opencontainers.image.base.digest";

    /// <summary>No annotations; sorted by name, so that equal sets are equal bytes.</summary>
    public static ImmutableSortedDictionary<string, string> None { get; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
}
