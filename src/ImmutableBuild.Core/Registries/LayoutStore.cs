using System.Collections.Immutable;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;

namespace ImmutableBuild.Registries;

/// <summary>The embedded store: a layout under the data directory, for releases that need no registry.</summary>
public sealed class LayoutStore : IImageStore
{
    private readonly OciLayout _layout;

    private LayoutStore(OciLayout layout) => _layout = layout;

    /// <inheritdoc/>
    public string Name => _layout.Name;

    /// <summary>The store of an app; made when it isn't there.</summary>
    public static LayoutStore OpenOrCreate(string dataDirectory, string app) =>
        new(OciLayout.OpenOrCreate(Path.Combine(dataDirectory, "store", app)));

    /// <inheritdoc/>
    /// <remarks>An image that is there already counts as pushed now, so that it is not removed as an old one while its release goes on.</remarks>
    public IDisposable? BeginPush(string tag, CancellationToken cancellationToken)
    {
        var use = StoreUse.Enter(_layout.Directory, cancellationToken);
        _layout.MakeNewest(tag, cancellationToken);
        return use;
    }

    /// <inheritdoc/>
    public IDisposable? BeginReading(CancellationToken cancellationToken) => StoreUse.Enter(_layout.Directory, cancellationToken);

    /// <inheritdoc/>
    public Task<ManifestContent?> FindManifestAsync(Digest digest, CancellationToken cancellationToken) => _layout.FindManifestAsync(digest, cancellationToken);

    /// <inheritdoc/>
    public Task<Stream> OpenBlobAsync(Descriptor blob, CancellationToken cancellationToken) => _layout.OpenBlobAsync(blob, cancellationToken);

    /// <inheritdoc/>
    public async Task<ManifestContent?> FindTagAsync(string tag, CancellationToken cancellationToken) =>
        _layout.Find(tag) is { } entry && await FindManifestAsync(entry.Digest, cancellationToken) is { } manifest && await IsWholeAsync(manifest, cancellationToken) ? manifest : null;

    /// <inheritdoc/>
    public Task<bool> HasBlobAsync(Descriptor blob, CancellationToken cancellationToken) => Task.FromResult(_layout.Contains(blob));

    /// <inheritdoc/>
    public async Task<bool> AddBlobAsync(OciLayout from, Descriptor blob, CancellationToken cancellationToken)
    {
        await _layout.CopyBlobAsync(from, blob, cancellationToken);
        return true;
    }

    /// <inheritdoc/>
    public Task AddManifestAsync(ManifestContent manifest, CancellationToken cancellationToken)
    {
        _layout.WriteBlob(manifest.MediaType, manifest.Bytes.Span);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<Digest> SetTagAsync(string tag, ManifestContent manifest, TagRule rule, CancellationToken cancellationToken)
    {
        var written = _layout.WriteBlob(manifest.MediaType, manifest.Bytes.Span);
        return Task.FromResult(_layout.SetReference(tag, written, _ => rule == TagRule.Grows, cancellationToken).Digest);
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<Descriptor>> ListReferrersAsync(Digest subject, CancellationToken cancellationToken) =>
        _layout.Find(ReferrersTag.Of(subject)) is { } entry ? ReferrersTag.Read(await _layout.ReadManifestContentAsync(entry.Digest, cancellationToken), Name) : [];

    /// <inheritdoc/>
    public async Task<bool> AddReferrersAsync(Digest subject, IReadOnlyList<(ManifestContent Manifest, Descriptor Entry)> referrers, CancellationToken cancellationToken)
    {
        foreach (var (manifest, _) in referrers)
        {
            _layout.WriteBlob(manifest.MediaType, manifest.Bytes.Span);
        }

        while (true)
        {
            var before = _layout.Find(ReferrersTag.Of(subject))?.Digest;
            var index = ReferrersTag.Write(await ListReferrersAsync(subject, cancellationToken), referrers.Select(referrer => referrer.Entry));
            var written = _layout.WriteBlob(index.MediaType, index.Bytes.Span);
            if (_layout.SetReference(ReferrersTag.Of(subject), written, now => now.Digest == before, cancellationToken).Digest == written.Digest)
            {
                return true;
            }
        }
    }

    /// <inheritdoc/>
    public Task SettleAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // A tag whose content went missing counts as none, so that pushing the same image again mends it. SetTagAsync looks at
    // the name alone, so the tag still can't be given to another image.
    private async Task<bool> IsWholeAsync(ManifestContent content, CancellationToken cancellationToken)
    {
        if (!MediaTypes.IsIndex(content.MediaType))
        {
            var image = OciJson.ParseManifest(content.Bytes, Name);
            return image.Layers.Append(image.Config).All(_layout.Contains);
        }

        foreach (var entry in OciJson.ParseIndex(content.Bytes, Name).Manifests)
        {
            if (await FindManifestAsync(entry.Digest, cancellationToken) is not { } manifest || MediaTypes.IsIndex(manifest.MediaType) || !await IsWholeAsync(manifest, cancellationToken))
            {
                return false;
            }
        }

        return true;
    }
}
