
namespace ImmutableBuild.Images.Archives;

/// <summary>
/// What an engine may call an image: by the digest of its configuration, or, where it keeps images in containerd, by that of its manifest, or of the
/// index it was pulled by. Each of them pins all of the image's bytes.
/// </summary>
internal sealed record ImageIdentity(Digest Config, Digest Manifest, Digest? Index = null)
{
    /// <summary>All of them.</summary>
    public IEnumerable<Digest> Ids => new[] { Config, Manifest, Index ?? Manifest }.Distinct();

    /// <summary>Whether an id the engine tells is this image's.</summary>
    public bool Is(string id) => Ids.Any(digest => id == digest.ToString());
}
