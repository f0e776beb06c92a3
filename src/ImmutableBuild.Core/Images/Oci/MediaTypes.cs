namespace ImmutableBuild.Images.Oci;

/// <summary>The media types this code reads and writes (OCI image-spec, media-types; Docker registry image manifest v2, schema 2).</summary>
public static class MediaTypes
{
    /// <summary>An OCI image manifest.</summary>
    public const string Manifest = "application/vnd.oci.image.manifest.v1+json";

    /// <summary>An OCI image index.</summary>
    public const string Index = "application/vnd.oci.image.index.v1+json";

    /// <summary>An OCI image configuration.</summary>
    public const string Config = "application/vnd.oci.image.config.v1+json";

    /// <summary>A layer: a tar archive.</summary>
    public const string TarLayer = "application/vnd.oci.image.layer.v1.tar";

    /// <summary>A layer: a tar archive compressed with gzip.</summary>
    public const string GzipLayer = "application/vnd.oci.image.layer.v1.tar+gzip";

    /// <summary>A layer: a tar archive compressed with zstd. Recognised, to be refused by name.</summary>
    public const string ZstdLayer = "application/vnd.oci.image.layer.v1.tar+zstd";

    /// <summary>Docker's manifest.</summary>
    public const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";

    /// <summary>Docker's manifest list.</summary>
    public const string DockerManifestList = "application/vnd.docker.distribution.manifest.list.v2+json";

    /// <summary>Docker's image configuration.</summary>
    public const string DockerConfig = "application/vnd.docker.container.image.v1+json";

    /// <summary>Docker's layer, compressed with gzip.</summary>
    public const string DockerGzipLayer = "application/vnd.docker.image.rootfs.diff.tar.gzip";

    /// <summary>Whether it names a manifest of one image.</summary>
    public static bool IsManifest(string mediaType) => mediaType is Manifest or DockerManifest;

    /// <summary>Whether it names a list of manifests.</summary>
    public static bool IsIndex(string mediaType) => mediaType is Index or DockerManifestList;

    /// <summary>Whether it names a layer.</summary>
    public static bool IsLayer(string mediaType) => IsGzipLayer(mediaType) || mediaType is TarLayer or ZstdLayer;

    /// <summary>Whether it names a gzip-compressed layer.</summary>
    public static bool IsGzipLayer(string mediaType) => mediaType is GzipLayer or DockerGzipLayer;
}
