using ImmutableBuild.Errors;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Registries;

namespace ImmutableBuild.Images.Bases;

/// <summary>
/// Finds the base image by its reference: in a registry, or in a layout (<c>oci:&lt;directory&gt;[:tag]</c>). What comes from a
/// registry is kept under the data directory, so that a base named by digest is found there without asking anyone.
/// </summary>
internal sealed class BaseImageResolver(string dataDirectory, RegistryConnector connector)
{
    private const string LayoutPrefix = "oci:";

    /// <summary>What is wrong with a reference before anyone is asked: no reference at all, or one that floats; null when nothing is.</summary>
    public static ImmutableBuildException? FindMistake(string reference) =>
        reference.StartsWith(LayoutPrefix, StringComparison.Ordinal) ? null
        : !ImageReference.TryParse(reference, out var parsed) ? RegistryErrors.ReferenceInvalid(reference)
        : parsed.IsFloating ? BakeErrors.BaseFloating(reference)
        : null;

    /// <summary>Finds the image of one platform. With a <paramref name="pin"/>, that digest is taken for the tag, without asking what the tag names now. Throws IMB2015 for a floating reference, IMB2016 when there is none, IMB2009 when it lacks the platform.</summary>
    public async Task<BaseImage> ResolveAsync(string reference, Platform platform, CancellationToken cancellationToken, Digest? pin = null)
    {
        if (reference.StartsWith(LayoutPrefix, StringComparison.Ordinal))
        {
            var (layout, entry) = FindInLayout(reference);
            return await SelectAsync(reference, layout, await layout.ReadManifestContentAsync(entry, cancellationToken), platform, cancellationToken);
        }

        var parsed = ImageReference.Parse(reference);
        if (parsed.IsFloating)
        {
            throw BakeErrors.BaseFloating(reference);
        }

        var cache = new CachingImageSource(BaseCache.Open(dataDirectory), connector.Connect(parsed.Host, parsed.Repository, RegistryAccess.Pull));
        using var reading = cache.BeginReading(cancellationToken);
        var content = (parsed.Digest ?? pin) is { } digest
            ? await cache.FindManifestAsync(digest, cancellationToken)
            : await cache.FindTagAsync(parsed.Tag!, cancellationToken);
        cache.MarkUsed(content ?? throw BakeErrors.BaseNotFound(parsed.Digest is null && pin is not null ? $"{reference}@{pin}" : reference, cache.Name), cancellationToken);
        return await SelectAsync(reference, cache, content, platform, cancellationToken) with { Pin = content.Digest };
    }

    private static (OciLayout Layout, Digest Entry) FindInLayout(string reference)
    {
        var place = reference[LayoutPrefix.Length..];
        var colon = place.LastIndexOf(':');
        var hasTag = colon > 0 && ImageReference.IsTag(place[(colon + 1)..]) && !Directory.Exists(place);
        var layout = OciLayout.OpenForeign(hasTag ? place[..colon] : place);
        var tag = hasTag ? place[(colon + 1)..] : null;
        if (tag == "latest")
        {
            throw BakeErrors.BaseFloating(reference);
        }

        var entry = tag is not null ? layout.Find(tag)
            : layout.ReadIndex().Manifests is [var only] ? only
            : null;
        return (layout, entry?.Digest ?? throw BakeErrors.BaseNotFound(reference, tag is null ? $"{layout.Directory}, which doesn't hold exactly one image" : layout.Directory));
    }

    private static async Task<BaseImage> SelectAsync(string reference, IImageSource source, ManifestContent content, Platform platform, CancellationToken cancellationToken)
    {
        content = await source.SelectAsync(content, platform, reference, cancellationToken);
        var manifest = OciJson.ParseManifest(content.Bytes, reference);
        new ImageLimits().RequireSize(manifest, reference);
        var config = await source.ReadConfigAsync(manifest, cancellationToken);
        if (config.Os != platform.Os || config.Architecture != platform.Architecture)
        {
            throw BakeErrors.PlatformNotFound(reference, platform.ToString(), [$"{config.Os}/{config.Architecture}"]);
        }

        return config.RootFs.DiffIds.Length == manifest.Layers.Length
            ? new BaseImage(reference, content.Digest, manifest, config, source)
            : throw BakeErrors.ImageInvalid(reference, $"the manifest has {manifest.Layers.Length} layers, the configuration {config.RootFs.DiffIds.Length} diff_ids");
    }
}
