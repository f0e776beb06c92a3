using System.Collections.Immutable;
using System.Security.Cryptography;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;

namespace ImmutableBuild.Registries;

/// <summary>
/// The signatures of an image, under a tag made of its digest (cosign, SIGNATURE_SPEC). Unlike a commit's tag it grows: a
/// signature is added to those that are there, and none is ever lost. One that this key made before is not made again (F07).
/// </summary>
internal static class SignatureTag
{
    private const string SignatureAnnotation = "dev.cosignproject.cosign/signature";
    private const int MaxPayloadBytes = 1024 * 1024;

    /// <summary>Whether a name in a layout or registry is one of signatures or attestations, and no commit.</summary>
    public static bool Is(string? name) => name is not null && name.StartsWith("sha256-", StringComparison.Ordinal);

    /// <summary>Whether an entry of a layout belongs to <paramref name="image"/>: <c>sha256-…</c>, <c>sha256-….sig</c>, <c>sha256-….att</c>.</summary>
    public static bool IsOf(Digest image, string? name) => name is not null && name.StartsWith($"sha256-{image.Hex}", StringComparison.Ordinal);

    /// <summary>
    /// What the tag has to hold: null when what is there suffices, else our manifest, with the layers that are there before ours.
    /// </summary>
    public static async Task<ManifestContent?> MergeAsync(
        IImageStore store, string tag, OciLayout layout, ManifestContent ours, string publicKey, CancellationToken cancellationToken)
    {
        var there = await store.FindTagAsync(tag, cancellationToken);
        if (there is null || there.Digest == ours.Digest)
        {
            return there is null ? ours : null;
        }

        var theirManifest = OciJson.ParseManifest(there.Bytes, $"{store.Name}:{tag}");
        var ourManifest = OciJson.ParseManifest(ours.Bytes, layout.Name);
        var held = await HeldByAsync(publicKey, store, theirManifest, ourManifest, cancellationToken);
        var missing = ourManifest.Layers.RemoveAll(layer => held.Contains(layer.Digest));
        return missing.IsEmpty ? null : await UniteAsync(store, layout, theirManifest, missing, cancellationToken);
    }

    // The payload has to be the very same: it names the image, the repository and the commit.
    private static async Task<HashSet<Digest>> HeldByAsync(string publicKey, IImageStore store, ImageManifest theirs, ImageManifest ours, CancellationToken cancellationToken)
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(publicKey);
        var held = new HashSet<Digest>();
        foreach (var layer in theirs.Layers.Where(layer => ours.Layers.Any(our => our.Digest == layer.Digest)))
        {
            if (Signature(layer) is { } signature)
            {
                var payload = await store.ReadBlobAsync(layer, MaxPayloadBytes, cancellationToken);
                if (key.VerifyData(payload, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence))
                {
                    held.Add(layer.Digest);
                }
            }
        }

        return held;
    }

    private static byte[]? Signature(Descriptor layer)
    {
        var text = layer.Annotations?.GetValueOrDefault(SignatureAnnotation) ?? "";
        var bytes = new byte[text.Length];
        return text.Length > 0 && Convert.TryFromBase64String(text, bytes, out var length) ? bytes[..length] : null;
    }

    private static async Task<ManifestContent> UniteAsync(IImageStore store, OciLayout layout, ImageManifest theirs, ImmutableArray<Descriptor> ours, CancellationToken cancellationToken)
    {
        var config = await store.ReadConfigAsync(theirs, cancellationToken);
        var united = config with { RootFs = config.RootFs with { DiffIds = [.. config.RootFs.DiffIds, .. ours.Select(layer => layer.Digest)] } };
        foreach (var layer in theirs.Layers)
        {
            await layout.CopyBlobAsync(store, layer, cancellationToken);
        }

        var manifest = theirs with
        {
            Config = layout.WriteBlob(theirs.Config.MediaType, OciJson.Write(united)),
            Layers = [.. theirs.Layers, .. ours],
        };
        var bytes = OciJson.Write(manifest);
        var written = layout.WriteBlob(MediaTypes.Manifest, bytes);
        return new ManifestContent(written.Digest, MediaTypes.Manifest, bytes);
    }
}
