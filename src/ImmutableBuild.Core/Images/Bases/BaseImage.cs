using ImmutableBuild.Images.Oci;

namespace ImmutableBuild.Images.Bases;

/// <summary>The image another one is made upon.</summary>
/// <param name="Name">Its reference as asked for.</param>
/// <param name="Digest">The digest of the manifest of the one platform.</param>
/// <param name="Manifest">That manifest.</param>
/// <param name="Config">Its configuration.</param>
/// <param name="Source">Where its layers can be read.</param>
internal sealed record BaseImage(string Name, Digest Digest, ImageManifest Manifest, ImageConfig Config, IImageSource Source);
