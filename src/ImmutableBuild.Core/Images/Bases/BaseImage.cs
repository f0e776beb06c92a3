using ImmutableBuild.Images.Oci;

namespace ImmutableBuild.Images.Bases;

/// <summary>The image another one is made upon.</summary>
/// <param name="Name">Its reference as asked for.</param>
/// <param name="Digest">The digest of the manifest of the one platform.</param>
/// <param name="Manifest">That manifest.</param>
/// <param name="Config">Its configuration.</param>
/// <param name="Source">Where its layers can be read.</param>
internal sealed record BaseImage(string Name, Digest Digest, ImageManifest Manifest, ImageConfig Config, IImageSource Source)
{
    /// <summary>The digest that its tag stood for when it was read: the same, or that of an index; null for one of a layout.</summary>
    public Digest? Pin { get; init; }
}
