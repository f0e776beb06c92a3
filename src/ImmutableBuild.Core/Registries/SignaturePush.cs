using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Trust;
using ImmutableBuild.Trust.Attestations;

namespace ImmutableBuild.Registries;

/// <summary>
/// Brings what is signed about an image from its layout to a store: signatures and attestations under their tags, and bundles that refer to it. What the store
/// has already is not sent again, even where another run signed it (F07); what others have put there is never lost (S19).
/// </summary>
internal sealed class SignaturePush(OciLayout layout, Digest image, IImageStore store, ImageTransfer transfer, PublicKey key, TimeProvider time)
{
    private const int Attempts = 5;

    // What a registry has acknowledged is not looked for again: its list may be some seconds behind.
    private readonly HashSet<Digest> _listed = [];

    /// <summary>Sends what is missing. Whether anything was.</summary>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        var sent = false;
        foreach (var tag in layout.ReadIndex().Manifests.Select(OciLayout.NameOf).Where(name => SignatureTag.IsOf(image, name) && name != ReferrersTag.Of(image)))
        {
            sent |= await SendTagAsync(tag!, cancellationToken);
        }

        return await SendReferrersAsync(cancellationToken) || sent;
    }

    /// <summary>
    /// Makes sure that all is there still: of two who put a tag at once, a registry keeps the last. Throws IMB4036 when others take it away each time.
    /// </summary>
    /// <param name="settling">Ends once any other has put theirs who looked before.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task KeepAsync(Task settling, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            await settling;
            var began = time.GetTimestamp();
            if (!await RunAsync(cancellationToken))
            {
                return;
            }

            settling = store.SettleAsync(time.GetElapsedTime(began), cancellationToken);
        }

        throw AttestationErrors.SignaturesLost(store.Name, image, Attempts);
    }

    private async Task<bool> SendTagAsync(string tag, CancellationToken cancellationToken)
    {
        var ours = await layout.ReadManifestContentAsync(layout.Find(tag)!.Digest, cancellationToken);
        if (await new SignatureTag(store, layout, image, key).MergeAsync(tag, ours, cancellationToken) is not { } wanted)
        {
            return false;
        }

        await transfer.SendContentAsync(wanted, cancellationToken);
        await store.SetTagAsync(tag, wanted, TagRule.Grows, cancellationToken);
        return true;
    }

    private async Task<bool> SendReferrersAsync(CancellationToken cancellationToken)
    {
        if (layout.Find(ReferrersTag.Of(image)) is not { } index)
        {
            return false;
        }

        var ours = ReferrersTag.Read(await layout.ReadManifestContentAsync(index.Digest, cancellationToken), layout.Name);
        var theirs = await store.ListReferrersAsync(image, cancellationToken);
        var unknown = ours.RemoveAll(entry => _listed.Contains(entry.Digest) || theirs.Any(other => other.Digest == entry.Digest));
        if (unknown.IsEmpty)
        {
            return false;
        }

        var there = new StatementReading(store, [key], image);
        await there.ReadReferrersAsync(theirs, cancellationToken);
        var missing = new List<(ManifestContent Manifest, Descriptor Entry)>();
        foreach (var entry in unknown)
        {
            var mine = new StatementReading(layout, [key], image);
            await mine.ReadReferrersAsync([entry], cancellationToken);
            if (mine.Accepted is [{ } signed] && !there.Accepted.Any(other => other.Covers(signed.Statement)))
            {
                var manifest = await layout.ReadManifestContentAsync(entry.Digest, cancellationToken);
                await transfer.SendContentAsync(manifest, cancellationToken);
                missing.Add((manifest, entry));
            }
        }

        if (missing.Count > 0 && await store.AddReferrersAsync(image, missing, cancellationToken))
        {
            _listed.UnionWith(missing.Select(referrer => referrer.Entry.Digest));
        }

        return missing.Count > 0;
    }
}
