using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;

namespace ImmutableBuild.Registries;

/// <summary>A registry's repository as the place of released images.</summary>
public sealed class RegistryStore(RegistryClient client) : IImageStore
{
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
    public Task<ManifestContent?> FindTagAsync(string tag, CancellationToken cancellationToken) => client.FindTagAsync(tag, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> HasBlobAsync(Descriptor blob, CancellationToken cancellationToken) => client.HasBlobAsync(blob, cancellationToken);

    /// <inheritdoc/>
    public Task AddBlobAsync(OciLayout from, Descriptor blob, CancellationToken cancellationToken) =>
        client.UploadBlobAsync(blob, ct => from.OpenBlobAsync(blob, ct), cancellationToken);

    /// <inheritdoc/>
    public Task AddManifestAsync(ManifestContent manifest, CancellationToken cancellationToken) =>
        client.PutManifestAsync(manifest.Digest.ToString(), manifest, cancellationToken);

    /// <inheritdoc/>
    public async Task<Digest> SetTagAsync(string tag, ManifestContent manifest, TagRule rule, CancellationToken cancellationToken)
    {
        if (rule == TagRule.NeverMoves && await client.FindTagAsync(tag, cancellationToken) is { } there)
        {
            return there.Digest;
        }

        await client.PutManifestAsync(tag, manifest, cancellationToken);

        // Registries have no "only if absent": whoever lost a race for the tag must not go on as if it had won.
        var now = rule == TagRule.NeverMoves ? await client.FindTagAsync(tag, cancellationToken) : null;
        return now?.Digest ?? manifest.Digest;
    }
}
