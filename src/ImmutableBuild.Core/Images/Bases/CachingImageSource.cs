using ImmutableBuild.Images.Oci;
using ImmutableBuild.Registries;

namespace ImmutableBuild.Images.Bases;

/// <summary>Reads a repository through a layout on disk: what was read once by digest is not asked for again.</summary>
internal sealed class CachingImageSource(OciLayout cache, RegistryClient registry) : IImageSource
{
    public string Name => registry.Name;

    public IDisposable BeginReading(CancellationToken cancellationToken) => StoreUse.Enter(cache.Directory, cancellationToken);

    /// <summary>Keeps an image among those that stay on disk.</summary>
    public void MarkUsed(ManifestContent image, CancellationToken cancellationToken) => BaseCache.MarkUsed(cache, image.Descriptor, cancellationToken);

    /// <summary>What a tag means now; always asks the registry, since tags move.</summary>
    public async Task<ManifestContent?> FindTagAsync(string tag, CancellationToken cancellationToken) =>
        Keep(await registry.FindTagAsync(tag, cancellationToken));

    public async Task<ManifestContent?> FindManifestAsync(Digest digest, CancellationToken cancellationToken) =>
        await cache.FindManifestAsync(digest, cancellationToken) ?? Keep(await registry.FindManifestAsync(digest, cancellationToken));

    public async Task<Stream> OpenBlobAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        await cache.CopyBlobAsync(registry, blob, cancellationToken);
        return await cache.OpenBlobAsync(blob, cancellationToken);
    }

    private ManifestContent? Keep(ManifestContent? content)
    {
        if (content is not null)
        {
            cache.WriteBlob(content.MediaType, content.Bytes.Span);
        }

        return content;
    }
}
