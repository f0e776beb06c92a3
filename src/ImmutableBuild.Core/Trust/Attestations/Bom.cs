using System.Text.Json;
using ImmutableBuild.Images;
using ImmutableBuild.Trust.Signatures;

namespace ImmutableBuild.Trust.Attestations;

/// <summary>What a bill of materials says of itself (CycloneDX, ECMA-424).</summary>
internal static class Bom
{
    /// <summary>Whether it is one at all.</summary>
    public static bool Is(JsonElement bom) => bom.TextOf("bomFormat") == "CycloneDX" && bom.At("components").ValueKind == JsonValueKind.Array;

    /// <summary>The image it lists; null where it doesn't say so by digest.</summary>
    public static Digest? ImageOf(JsonElement bom)
    {
        var subject = bom.At("metadata", "component");
        if (Digest.TryParse(subject.TextOf("bom-ref"), out var reference))
        {
            return reference;
        }

        var hashes = subject.At("hashes");
        return hashes.ValueKind == JsonValueKind.Array && hashes.EnumerateArray().FirstOrDefault(hash => hash.TextOf("alg") == "SHA-256") is var sha256
            && Digest.TryParse($"sha256:{sha256.TextOf("content")}", out var digest) ? digest : null;
    }

    /// <summary>How many components it lists.</summary>
    public static int CountOf(JsonElement bom) => bom.At("components").GetArrayLength();
}
