using System.Diagnostics;
using System.Globalization;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Registries;
using ImmutableBuild.Releases;
using ImmutableBuild.Trust;

namespace ImmutableBuild.Generations;

/// <summary>Reads images of registries and of the embedded store.</summary>
/// <param name="context">Says how stores are reached, and which signatures count.</param>
public sealed class RepositoryImages(StageContext context) : IRepositoryImages
{
    /// <inheritdoc/>
    public async Task<RepositoryImage?> FindAsync(AppKey app, string repository, Digest image, CommitSha? commit, CancellationToken cancellationToken)
    {
        using var connector = RegistryConnector.Of(context);
        var store = ImageStores.Open(repository, context.Options.DataDirectory, connector, RegistryAccess.Pull);
        using var reading = store.BeginReading(cancellationToken);
        if (await store.FindManifestAsync(image, cancellationToken) is not { } content)
        {
            return null;
        }

        var config = await ReadConfigAsync(store, content, cancellationToken);
        var labels = config?.Config?.Labels;
        var made = commit ?? await ReadCommitAsync(app, repository, image, cancellationToken);
        return new RepositoryImage(
            made,
            DateTimeOffset.TryParse(config?.Created, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var created) ? created : DateTimeOffset.UnixEpoch,
            labels?.GetValueOrDefault(OciAnnotations.Version) ?? "",
            labels?.GetValueOrDefault(OciAnnotations.Source),
            await store.FindTagAsync(ReleaseTag.OfChanges(made, image), cancellationToken) is not null);
    }

    /// <summary>Reads the image's configuration; of an index, that of the first platform, since all were made from one commit.</summary>
    private static async Task<ImageConfig?> ReadConfigAsync(IImageStore store, ManifestContent content, CancellationToken cancellationToken)
    {
        var first = MediaTypes.IsIndex(content.MediaType)
            ? OciJson.ParseIndex(content.Bytes, store.Name).Manifests.FirstOrDefault(entry => MediaTypes.IsManifest(entry.MediaType))?.Digest
            : content.Digest;
        return first is { } digest ? await store.ReadConfigAsync(await store.ReadManifestAsync(digest, cancellationToken), cancellationToken) : null;
    }

    private async Task<CommitSha> ReadCommitAsync(AppKey app, string repository, Digest image, CancellationToken cancellationToken)
    {
        var report = await new ImageVerifier(context).ReportAsync(app, commit: null, repository, image, cancellationToken);
        if (report.Commit is not { } commit)
        {
            report.ThrowIfRefused();
            throw new UnreachableException("A signature that is accepted names a commit.");
        }

        return commit;
    }
}
