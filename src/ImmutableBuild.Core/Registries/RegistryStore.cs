using System.Collections.Immutable;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;

namespace ImmutableBuild.Registries;

/// <summary>A registry's repository as the place of released images.</summary>
/// <param name="client">Speaks to the repository.</param>
/// <param name="time">The clock that waits go by.</param>
public sealed class RegistryStore(RegistryClient client, TimeProvider time) : IImageStore
{
    private const int ParallelManifests = 4;

    private readonly TagSettling _settling = new(time);

    /// <inheritdoc/>
    public string Name => client.Name;

    /// <inheritdoc/>
    /// <remarks>A registry looks after its content itself.</remarks>
    public IDisposable? BeginPush(string tag, CancellationToken cancellationToken) => null;

    /// <inheritdoc/>
    public Task<ManifestContent?> FindManifestAsync(Digest digest, CancellationToken cancellationToken) => client.FindManifestAsync(digest, cancellationToken);

    /// <inheritdoc/>
    public Task<Stream> OpenBlobAsync(Descriptor blob, CancellationToken cancellationToken) => client.OpenBlobAsync(blob, cancellationToken);

    /// <inheritdoc/>
    public Task<ManifestContent?> FindTagAsync(string tag, CancellationToken cancellationToken)
    {
        _settling.Look(tag);
        return client.FindTagAsync(tag, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<bool> HasBlobAsync(Descriptor blob, CancellationToken cancellationToken) => client.HasBlobAsync(blob, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> AddBlobAsync(OciLayout from, Descriptor blob, CancellationToken cancellationToken) =>
        client.UploadBlobAsync(blob, ct => from.OpenBlobAsync(blob, ct), cancellationToken);

    /// <inheritdoc/>
    public Task AddManifestAsync(ManifestContent manifest, CancellationToken cancellationToken) =>
        client.PutManifestAsync(manifest.Digest.ToString(), manifest, cancellationToken);

    /// <inheritdoc/>
    /// <remarks>The fallback tag counts beside the API's answer: a registry that got the API later may not know of what was put before.</remarks>
    public async Task<ImmutableArray<Descriptor>> ListReferrersAsync(Digest subject, CancellationToken cancellationToken)
    {
        var listed = await client.ListReferrersAsync(subject, cancellationToken);
        var tagged = await ListTaggedAsync(subject, cancellationToken);
        return [.. listed.Concat(tagged).DistinctBy(entry => entry.Digest)];
    }

    /// <inheritdoc/>
    /// <remarks>Where the registry says that it lists a referrer itself, the tag is left alone (distribution-spec, "Pushing Manifests with Subject").</remarks>
    public async Task<bool> AddReferrersAsync(Digest subject, IReadOnlyList<(ManifestContent Manifest, Descriptor Entry)> referrers, CancellationToken cancellationToken)
    {
        var listed = new bool[referrers.Count];
        await Parallel.ForAsync(0, listed.Length, new ParallelOptions { MaxDegreeOfParallelism = ParallelManifests, CancellationToken = cancellationToken }, async (number, ct) =>
            listed[number] = await client.PutReferrerAsync(referrers[number].Manifest, subject, ct));
        var unlisted = referrers.Where((_, number) => !listed[number]).Select(referrer => referrer.Entry).ToList();
        if (unlisted.Count == 0)
        {
            return true;
        }

        var index = ReferrersTag.Write(await ListTaggedAsync(subject, cancellationToken), unlisted);
        await client.PutManifestAsync(ReferrersTag.Of(subject), index, cancellationToken);
        _settling.Put(ReferrersTag.Of(subject));
        return false;
    }

    /// <inheritdoc/>
    public Task SettleAsync(CancellationToken cancellationToken) => _settling.WaitAsync(cancellationToken);

    // Where cosign copied the image, this tag may name the image itself, which lists nothing.
    private async Task<ImmutableArray<Descriptor>> ListTaggedAsync(Digest subject, CancellationToken cancellationToken) =>
        await FindTagAsync(ReferrersTag.Of(subject), cancellationToken) is { } content && content.Digest != subject ? ReferrersTag.Read(content, $"{Name}:{ReferrersTag.Of(subject)}") : [];

    /// <inheritdoc/>
    public async Task<Digest> SetTagAsync(string tag, ManifestContent manifest, TagRule rule, CancellationToken cancellationToken)
    {
        if (rule == TagRule.Grows)
        {
            await client.PutManifestAsync(tag, manifest, cancellationToken);
            _settling.Put(tag);
            return manifest.Digest;
        }

        if (await FindTagAsync(tag, cancellationToken) is { } there)
        {
            return there.Digest;
        }

        // A registry that honours "only if absent" has decided the race. With any other, both pushes have to look again once the tag has settled. A push
        // that is overwritten after that still deploys its own image, since a release deploys by digest.
        if (await client.PutNewManifestAsync(tag, manifest, cancellationToken))
        {
            _settling.Put(tag);
            await SettleAsync(cancellationToken);
        }

        return (await client.FindTagAsync(tag, cancellationToken))?.Digest ?? manifest.Digest;
    }
}
