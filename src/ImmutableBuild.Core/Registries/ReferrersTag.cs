using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;

namespace ImmutableBuild.Registries;

/// <summary>
/// The index of what refers to an image, under a tag made of its digest, for registries without the referrers API (distribution-spec,
/// "Referrers Tag Schema"). Layouts use it too.
/// </summary>
internal static class ReferrersTag
{
    /// <summary>The tag: the digest with a '-'.</summary>
    public static string Of(Digest subject) => $"sha256-{subject.Hex}";

    /// <summary>What the index lists. Throws IMB2001 when something else is under the tag.</summary>
    public static ImmutableArray<Descriptor> Read(ManifestContent content, string where) => MediaTypes.IsIndex(content.MediaType)
        ? OciJson.ParseIndex(content.Bytes, where).Manifests
        : throw BakeErrors.ImageInvalid(where, $"an index of what refers to the image was expected, found '{PrintableText.Of(content.MediaType)}'");

    /// <summary>The index with further entries at its end; each digest once.</summary>
    public static ManifestContent Write(ImmutableArray<Descriptor> there, IEnumerable<Descriptor> more)
    {
        var bytes = OciJson.Write(new ImageIndex { MediaType = MediaTypes.Index, Manifests = [.. there.Concat(more).DistinctBy(entry => entry.Digest)] });
        return new ManifestContent(Digest.Of(bytes), MediaTypes.Index, bytes);
    }
}
