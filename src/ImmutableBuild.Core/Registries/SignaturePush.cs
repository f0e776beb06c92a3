using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Trust.Attestations;

namespace ImmutableBuild.Registries;

/// <summary>
/// Brings what is signed about an image from its layout to a store: signatures and attestations under their tags, bundles and bills of materials that refer to it. What the store
/// has already is not sent again, even where another run signed it (F07); what others have put there is never lost (S19).
/// </summary>
internal sealed class SignaturePush(OciLayout layout, Digest image, IImageStore store, ImageTransfer transfer, SignedBy by)
{
    private const int Attempts = 5;

    // Referrers that the registry has acknowledged; they are not looked for again, since its list may be some seconds behind.
    private readonly HashSet<Digest> _listed = [];

    /// <summary>
    /// Sends what is missing; whether anything was. Blobs are sent beside the image, tags and manifests once <paramref name="sending"/> it has ended well: a layer can
    /// fill the registry's disk, and a tag that is put then can be left in a form that the registry itself can't read any more. They also wait for each other, tags last: the
    /// busier a registry is, the longer from the look at a tag to having put it, and the longer the tag takes to settle.
    /// </summary>
    public async Task<bool> RunAsync(Task sending, CancellationToken cancellationToken)
    {
        var tags = layout.ReadIndex().Manifests.Select(OciLayout.NameOf).Where(name => SignatureTag.IsOf(image, name) && name != ReferrersTag.Of(image)).Select(name => name!).ToArray();
        if (by.Identity is null)
        {
            return await PutAsync(SendReferrersAsync(cancellationToken), [.. tags.Select(tag => SendTagAsync(tag, cancellationToken))], sending);
        }

        // Whether this identity signed before can be told from bundles, but not from the signatures under a tag: so a tag is sent where a bundle was new, or the tag is missing.
        var isNew = await PutAsync(SendReferrersAsync(cancellationToken), [], sending);
        return await PutAsync(Task.FromResult<Func<Task>?>(null), [.. tags.Select(SendAsync)], sending) || isNew;

        async Task<Func<Task>?> SendAsync(string tag) => isNew || await store.FindTagAsync(tag, cancellationToken) is null ? await SendTagAsync(tag, cancellationToken) : null;
    }

    /// <summary>
    /// Makes sure that everything stays: of two pushes that put a tag at once, a registry keeps the last. Throws IMB4036 when others overwrite it each time.
    /// </summary>
    public async Task KeepAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            await store.SettleAsync(cancellationToken);
            if (!await RunAsync(Task.CompletedTask, cancellationToken))
            {
                return;
            }
        }

        throw AttestationErrors.SignaturesLost(store.Name, image, Attempts);
    }

    // What is sent ends with what puts a name to it; null where nothing is missing.
    private static async Task<bool> PutAsync(Task<Func<Task>?> referrers, Task<Func<Task>?>[] tags, Task image)
    {
        var puts = await Task.WhenAll([referrers, .. tags]);
        await image;
        if (puts[0] is { } putReferrers)
        {
            await putReferrers();
        }

        await Task.WhenAll(puts[1..].OfType<Func<Task>>().Select(put => put()));
        return puts.Any(put => put is not null);
    }

    private async Task<Func<Task>?> SendTagAsync(string tag, CancellationToken cancellationToken)
    {
        var ours = await layout.ReadManifestContentAsync(layout.Find(tag)!.Digest, cancellationToken);
        var signatures = new SignatureTag(store, layout, image, by);
        if (await signatures.MergeAsync(tag, ours, cancellationToken) is not { } wanted)
        {
            return null;
        }

        await transfer.SendContentAsync(wanted, cancellationToken);
        return PutTagAsync;

        // The tag is read again: the shorter the time between reading and putting it, the sooner it has settled.
        async Task PutTagAsync()
        {
            if (await signatures.MergeAsync(tag, ours, cancellationToken) is not { } now)
            {
                return;
            }

            if (now.Digest != wanted.Digest)
            {
                await transfer.SendContentAsync(now, cancellationToken);
            }

            await store.SetTagAsync(tag, now, TagRule.Grows, cancellationToken);
        }
    }

    private async Task<Func<Task>?> SendReferrersAsync(CancellationToken cancellationToken)
    {
        if (layout.Find(ReferrersTag.Of(image)) is not { } index)
        {
            return null;
        }

        var ours = ReferrersTag.Read(await layout.ReadManifestContentAsync(index.Digest, cancellationToken), layout.Name);
        var theirs = await store.ListReferrersAsync(image, cancellationToken);
        var unknown = ours.RemoveAll(entry => _listed.Contains(entry.Digest) || theirs.Any(other => other.Digest == entry.Digest));
        var missing = unknown.IsEmpty ? [] : await MissingAsync(unknown, theirs, cancellationToken);
        if (missing.Count == 0)
        {
            return null;
        }

        await transfer.SendContentAsync(missing.Select(referrer => referrer.Manifest), cancellationToken);
        return PutReferrersAsync;

        async Task PutReferrersAsync()
        {
            if (await store.AddReferrersAsync(image, missing, cancellationToken))
            {
                _listed.UnionWith(missing.Select(referrer => referrer.Entry.Digest));
            }
        }
    }

    private async Task<List<(ManifestContent Manifest, Descriptor Entry)>> MissingAsync(IEnumerable<Descriptor> unknown, ImmutableArray<Descriptor> theirs, CancellationToken cancellationToken)
    {
        var there = by.Reading(store, image);
        await there.ReadReferrersAsync(theirs, cancellationToken);
        var missing = new List<(ManifestContent Manifest, Descriptor Entry)>();
        foreach (var entry in unknown)
        {
            if (entry.ArtifactType == BomManifest.ArtifactType || await IsUnsaidAsync(entry, there, cancellationToken))
            {
                missing.Add((await layout.ReadManifestContentAsync(entry.Digest, cancellationToken), entry));
            }
        }

        return missing;
    }

    private async Task<bool> IsUnsaidAsync(Descriptor entry, StatementReading there, CancellationToken cancellationToken)
    {
        var mine = by.OwnReading(layout, image);
        await mine.ReadReferrersAsync([entry], cancellationToken);
        return mine.Accepted is [{ } signed] && !there.Accepted.Any(other => other.Covers(signed.Statement));
    }
}
