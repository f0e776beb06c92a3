
namespace ImmutableBuild.Images.Archives;

/// <summary>
/// What an engine may call an image: by the digest of its configuration, or, where it keeps images in containerd, by that of its manifest.
/// Either one pins all of the image's bytes.
/// </summary>
internal sealed record ImageIdentity(Digest Config, Digest Manifest)
{
    /// <summary>Whether an id the engine tells is this image's.</summary>
    public bool Is(string id) => id == Config.ToString() || id == Manifest.ToString();
}
