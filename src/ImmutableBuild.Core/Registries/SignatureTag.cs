using System.Collections.Immutable;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Trust.Attestations;
using ImmutableBuild.Trust.Signatures;

namespace ImmutableBuild.Registries;

/// <summary>
/// The signatures or attestations of an image, under a tag made of its digest (cosign, SIGNATURE_SPEC). Unlike a commit's tag it grows: a
/// signature is added to those that are there, and none is ever lost. One that this key made before is not made again (F07).
/// </summary>
internal sealed class SignatureTag(IImageStore store, OciLayout layout, Digest image, SignedBy by)
{
    private const int MaxPayloadBytes = 1024 * 1024;

    // What the tag holds already is read whole, to be put again together with ours.
    private static readonly ImageLimits s_limits = new() { MaxBytes = StatementReading.MaximumTotal };

    /// <summary>Whether a name in a layout or registry is one of signatures or attestations, and no commit.</summary>
    public static bool Is(string? name) => name is not null && name.StartsWith("sha256-", StringComparison.Ordinal);

    /// <summary>Whether an entry of a layout belongs to <paramref name="image"/>: <c>sha256-…</c>, <c>sha256-….sig</c>, <c>sha256-….att</c>.</summary>
    public static bool IsOf(Digest image, string? name) => name is not null && name.StartsWith($"sha256-{image.Hex}", StringComparison.Ordinal);

    /// <summary>
    /// What has to be put under the tag: null when what is there suffices, else our manifest, with the layers that are there already before ours.
    /// Throws IMB2004 when these are larger than what is ever read of signatures.
    /// </summary>
    public async Task<ManifestContent?> MergeAsync(string tag, ManifestContent ours, CancellationToken cancellationToken)
    {
        var there = await store.FindTagAsync(tag, cancellationToken);
        if (there is null || there.Digest == ours.Digest)
        {
            return there is null ? ours : null;
        }

        var theirs = OciJson.ParseManifest(there.Bytes, $"{store.Name}:{tag}");
        s_limits.RequireSize(theirs, $"{store.Name}:{tag}");
        var mine = OciJson.ParseManifest(ours.Bytes, layout.Name).Layers.RemoveAll(layer => theirs.Layers.Any(their => IsSame(layer, their)));
        var missing = tag == AttestationManifest.TagOf(image) ? await UnsaidAsync(theirs, mine, cancellationToken) : await UnsignedAsync(theirs, mine, cancellationToken);
        return missing.IsEmpty ? null : await UniteAsync(theirs, missing, cancellationToken);
    }

    // Ours that this key has not signed yet. A payload counts only byte for byte, since it names the image, the repository and the commit.
    private async Task<ImmutableArray<Descriptor>> UnsignedAsync(ImageManifest theirs, ImmutableArray<Descriptor> mine, CancellationToken cancellationToken)
    {
        var held = new HashSet<Digest>();
        foreach (var layer in theirs.Layers.Where(layer => mine.Any(our => our.Digest == layer.Digest)))
        {
            if (Signature(layer) is { } signature && by.Key?.Verifies(await store.ReadBlobAsync(layer, MaxPayloadBytes, cancellationToken), signature) == true)
            {
                held.Add(layer.Digest);
            }
        }

        return mine.RemoveAll(layer => held.Contains(layer.Digest));
    }

    // Attestations of ours that are not there yet. Only those of the same key count: another key's are another's word.
    private async Task<ImmutableArray<Descriptor>> UnsaidAsync(ImageManifest theirs, ImmutableArray<Descriptor> mine, CancellationToken cancellationToken)
    {
        if (mine.IsEmpty)
        {
            return mine;
        }

        if (by.Key is null)
        {
            return mine;
        }

        var there = by.Reading(store, image);
        await there.ReadAttestationsAsync(theirs.Layers, cancellationToken);
        var missing = ImmutableArray.CreateBuilder<Descriptor>();
        foreach (var layer in mine)
        {
            var our = by.OwnReading(layout, image);
            await our.ReadAttestationsAsync([layer], cancellationToken);
            if (!our.Accepted.Any(signed => there.Accepted.Any(other => other.Covers(signed.Statement))))
            {
                missing.Add(layer);
            }
        }

        return missing.ToImmutable();
    }

    private static bool IsSame(Descriptor one, Descriptor other) =>
        one.Digest == other.Digest && one.Annotations?.GetValueOrDefault(SignatureManifest.SignatureAnnotation) == other.Annotations?.GetValueOrDefault(SignatureManifest.SignatureAnnotation);

    private static byte[]? Signature(Descriptor layer)
    {
        try
        {
            return SignatureManifest.SignatureOf(layer);
        }
        catch (FormatException)
        {
            // A layer that is no signature is kept under the tag, but is none of ours.
            return null;
        }
    }

    private async Task<ManifestContent> UniteAsync(ImageManifest theirs, ImmutableArray<Descriptor> ours, CancellationToken cancellationToken)
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
