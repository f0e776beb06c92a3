using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Trust.Attestations;

namespace ImmutableBuild.Trust.Verification;

/// <summary>Asks for a bill of materials of each platform's image.</summary>
internal static class SbomCheck
{
    /// <summary>Why they are refused; null when they aren't.</summary>
    /// <param name="sboms">What is attested as bills of materials of the image.</param>
    /// <param name="content">The image.</param>
    public static string? FindFault(IReadOnlyCollection<InTotoStatement> sboms, ManifestContent content)
    {
        var boms = sboms.Select(sbom => sbom.Predicate).Where(Bom.Is).ToArray();
        if (boms.Length == 0)
        {
            return "what is attested is no CycloneDX document";
        }

        // One image may have one that others wrote, who name it in their own way.
        var platforms = MediaTypes.IsIndex(content.MediaType) ? OciJson.ParseIndex(content.Bytes, content.Digest.ToString()).Manifests.Select(entry => entry.Digest).ToArray() : [];
        return platforms.FirstOrDefault(platform => !boms.Any(bom => Bom.ImageOf(bom) == platform)) is var missing && missing != default ? $"there is none of the platform's image {missing}" : null;
    }

    /// <summary>What they say, in a line.</summary>
    public static string Describe(IReadOnlyCollection<InTotoStatement> sboms) =>
        string.Join(", ", sboms.Select(sbom => sbom.Predicate).Where(Bom.Is).Select(bom => $"{Bom.CountOf(bom)} components").Distinct(StringComparer.Ordinal));
}
