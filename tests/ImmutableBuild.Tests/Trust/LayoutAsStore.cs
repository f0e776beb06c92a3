using System.Collections.Immutable;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Registries;

namespace ImmutableBuild.Tests.Trust;

/// <summary>A layout as a store that can fail.</summary>
internal sealed class LayoutAsStore(OciLayout layout) : IImageStore
{
    public Exception? Fault { get; set; }

    public string Name => "store";

    public IDisposable? BeginPush(string tag, CancellationToken cancellationToken) => null;

    public Task<ManifestContent?> FindManifestAsync(Digest digest, CancellationToken cancellationToken) => Fault is null ? layout.FindManifestAsync(digest, cancellationToken) : throw Fault;

    public Task<Stream> OpenBlobAsync(Descriptor blob, CancellationToken cancellationToken) => Fault is null ? layout.OpenBlobAsync(blob, cancellationToken) : throw Fault;

    public async Task<ManifestContent?> FindTagAsync(string tag, CancellationToken cancellationToken) =>
        Fault is not null ? throw Fault : layout.Find(tag) is { } entry ? await layout.FindManifestAsync(entry.Digest, cancellationToken) : null;

    public async Task<ImmutableArray<Descriptor>> ListReferrersAsync(Digest subject, CancellationToken cancellationToken) =>
        await FindTagAsync(ReferrersTag.Of(subject), cancellationToken) is { } content ? ReferrersTag.Read(content, Name) : [];

    public Task<bool> AddReferrersAsync(Digest subject, IReadOnlyList<(ManifestContent Manifest, Descriptor Entry)> referrers, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task SettleAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<bool> HasBlobAsync(Descriptor blob, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<bool> AddBlobAsync(OciLayout from, Descriptor blob, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task AddManifestAsync(ManifestContent manifest, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<Digest> SetTagAsync(string tag, ManifestContent manifest, TagRule rule, CancellationToken cancellationToken) => throw new NotSupportedException();
}
