using System.Collections.Immutable;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Registries;

namespace ImmutableBuild.Tests.Registries;

/// <summary>An embedded store whose last image another release tries to remove just before each read after the first.</summary>
internal sealed class EagerlyPrunedStore(string dataDirectory, string app) : IImageStore
{
    private readonly LayoutStore _store = LayoutStore.OpenOrCreate(dataDirectory, app);
    private int _reads;

    public string Name => _store.Name;

    public int Attempts { get; private set; }

    public IDisposable? BeginPush(string tag, CancellationToken cancellationToken) => _store.BeginPush(tag, cancellationToken);

    public IDisposable? BeginReading(CancellationToken cancellationToken) => ((IImageStore)_store).BeginReading(cancellationToken);

    public async Task<ManifestContent?> FindManifestAsync(Digest digest, CancellationToken cancellationToken)
    {
        await PruneAsync(cancellationToken);
        return await _store.FindManifestAsync(digest, cancellationToken);
    }

    public async Task<Stream> OpenBlobAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        await PruneAsync(cancellationToken);
        return await _store.OpenBlobAsync(blob, cancellationToken);
    }

    public async Task<ManifestContent?> FindTagAsync(string tag, CancellationToken cancellationToken)
    {
        await PruneAsync(cancellationToken);
        return await _store.FindTagAsync(tag, cancellationToken);
    }

    public Task<bool> HasBlobAsync(Descriptor blob, CancellationToken cancellationToken) => _store.HasBlobAsync(blob, cancellationToken);

    public Task<bool> AddBlobAsync(OciLayout from, Descriptor blob, CancellationToken cancellationToken) => _store.AddBlobAsync(from, blob, cancellationToken);

    public Task AddManifestAsync(ManifestContent manifest, CancellationToken cancellationToken) => _store.AddManifestAsync(manifest, cancellationToken);

    public Task<Digest> SetTagAsync(string tag, ManifestContent manifest, TagRule rule, CancellationToken cancellationToken) =>
        _store.SetTagAsync(tag, manifest, rule, cancellationToken);

    public Task<ImmutableArray<Descriptor>> ListReferrersAsync(Digest subject, CancellationToken cancellationToken) => _store.ListReferrersAsync(subject, cancellationToken);

    public Task<bool> AddReferrersAsync(Digest subject, IReadOnlyList<(ManifestContent Manifest, Descriptor Entry)> referrers, CancellationToken cancellationToken) =>
        _store.AddReferrersAsync(subject, referrers, cancellationToken);

    public Task SettleAsync(CancellationToken cancellationToken) => _store.SettleAsync(cancellationToken);

    private async Task PruneAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _reads) > 1)
        {
            Attempts++;
            await StorePruning.KeepOnlyAsync(_store.Name, new HashSet<Digest>(), newest: 0, cancellationToken);
        }
    }
}
