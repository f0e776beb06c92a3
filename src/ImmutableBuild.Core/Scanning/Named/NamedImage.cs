using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Registries;

namespace ImmutableBuild.Scanning.Named;

/// <summary>
/// An image by its name, wherever it is: <c>host/repository:tag</c> or <c>@digest</c> of a registry, <c>local/app@digest</c> of the embedded store, a layout's
/// directory (<c>oci:directory:tag</c> where it holds several), or an archive's file.
/// </summary>
internal sealed class NamedImage : IDisposable
{
    private const string LayoutPrefix = "oci:";
    private const int MaxPlatforms = 20;

    private readonly IDisposable? _opened;

    private NamedImage(ScanSubject subject, IDisposable? opened) => (Subject, _opened) = (subject, opened);

    /// <summary>What is to be scanned.</summary>
    public ScanSubject Subject { get; }

    /// <summary>Finds an image. Throws IMB3021 when there is none of that name, IMB3022 for a file that is no archive, IMB5001 for what is no name.</summary>
    public static async Task<NamedImage> OpenAsync(string name, string dataDirectory, RegistryConnector registries, CancellationToken cancellationToken)
    {
        if (File.Exists(name))
        {
            return await InArchiveAsync(name, dataDirectory, cancellationToken);
        }

        if (name.StartsWith(LayoutPrefix, StringComparison.Ordinal) || Directory.Exists(name))
        {
            var (layout, tag, digest) = FindInLayout(name.StartsWith(LayoutPrefix, StringComparison.Ordinal) ? name[LayoutPrefix.Length..] : name);
            return await OfAsync(layout, digest, Path.GetFileName(layout.Directory), tag, dataDirectory, null, cancellationToken);
        }

        return await InStoreAsync(name, dataDirectory, registries, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _opened?.Dispose();

    private static async Task<NamedImage> InStoreAsync(string name, string dataDirectory, RegistryConnector registries, CancellationToken cancellationToken)
    {
        var isEmbedded = name.StartsWith($"{ImageStores.Embedded}/", StringComparison.Ordinal);
        var reference = isEmbedded ? ImageReference.Parse($"localhost/{name[(ImageStores.Embedded.Length + 1)..]}") : ImageReference.Parse(name);
        var repository = isEmbedded ? $"{ImageStores.Embedded}/{reference.Repository}" : $"{reference.Host}/{reference.Repository}";
        var store = ImageStores.Open(repository, dataDirectory, registries, RegistryAccess.Pull);
        var digest = reference.Digest ?? (await store.FindTagAsync(reference.Tag ?? "latest", cancellationToken) ?? throw ScanErrors.ImageNotFound(name, store.Name)).Digest;
        return await OfAsync(store, digest, repository, reference.Tag, dataDirectory, null, cancellationToken);
    }

    private static (OciLayout Layout, string? Tag, Digest Digest) FindInLayout(string place)
    {
        var colon = place.LastIndexOf(':');
        var hasTag = colon > 0 && ImageReference.IsTag(place[(colon + 1)..]) && !Directory.Exists(place);
        var layout = OciLayout.OpenForeign(hasTag ? place[..colon] : place);
        var tag = hasTag ? place[(colon + 1)..] : null;
        var entry = tag is not null ? layout.Find(tag) : layout.ReadIndex().Manifests is [var only] ? only : null;
        return (layout, tag, entry?.Digest ?? throw ScanErrors.ImageNotFound(place, tag is null ? $"{layout.Directory}, which doesn't hold exactly one image: add :tag" : layout.Directory));
    }

    private static async Task<NamedImage> OfAsync(IImageSource source, Digest digest, string name, string? tag, string dataDirectory, IDisposable? opened, CancellationToken cancellationToken)
    {
        var content = await source.FindManifestAsync(digest, cancellationToken) ?? throw ScanErrors.ImageNotFound($"{name}@{digest}", source.Name);
        var images = MediaTypes.IsIndex(content.MediaType) ? ImagesOf(content, source.Name) : [await ImageOfAsync(source, digest, cancellationToken)];
        var first = await source.ReadManifestAsync(images[0].Digest, cancellationToken);
        var config = await source.ReadConfigAsync(first, cancellationToken);
        return new NamedImage(
            new ScanSubject(() => source, digest, images)
            {
                Name = name,
                Version = tag ?? digest.ToString(),
                Time = DateTimeOffset.TryParse(config.Created, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal, out var created) ? created : DateTimeOffset.UnixEpoch,
                BaseLayers = await BaseLayers.OfAsync(first, config, dataDirectory, cancellationToken),
            },
            opened);
    }

    // What builders put beside images of an index, attestations, has no platform.
    private static ImmutableArray<PlatformImage> ImagesOf(ManifestContent index, string where)
    {
        var entries = OciJson.ParseIndex(index.Bytes, where).Manifests.Where(entry => MediaTypes.IsManifest(entry.MediaType) && entry.Platform is { Os: not "unknown" }).ToArray();
        return entries.Length switch
        {
            0 => throw ScanErrors.ImageNotFound(index.Digest.ToString(), $"{where}, whose index lists no image"),
            > MaxPlatforms => throw BakeErrors.LimitExceeded($"the index {index.Digest} of {where}", $"{entries.Length} platforms", $"{MaxPlatforms}"),
            _ => [.. entries.Select(entry => new PlatformImage(entry.Platform!.ToString(), entry.Digest))],
        };
    }

    private static async Task<PlatformImage> ImageOfAsync(IImageSource source, Digest digest, CancellationToken cancellationToken)
    {
        var config = await source.ReadConfigAsync(await source.ReadManifestAsync(digest, cancellationToken), cancellationToken);
        return new PlatformImage($"{config.Os}/{config.Architecture}", digest);
    }

    private static async Task<NamedImage> InArchiveAsync(string path, string dataDirectory, CancellationToken cancellationToken)
    {
        var archive = ArchiveSource.Open(path);
        try
        {
            return await OfAsync(archive, archive.Root, Path.GetFileName(path), null, dataDirectory, archive, cancellationToken);
        }
        catch
        {
            archive.Dispose();
            throw;
        }
    }
}
