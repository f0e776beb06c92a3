using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Images.Bases;
using ImmutableBuild.Images.Layers;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Images;

/// <summary>Makes the image of one platform in a layout: the base's layers, and own ones of what was published.</summary>
internal sealed class PlatformBake
{
    private readonly CompileRecord _compile;
    private readonly PublishRecord _published;
    private readonly StageContext _context;
    private readonly ImmutableArray<PlannedLayer> _plan;

    /// <summary>Plans it. Throws IMB2008 for a runtime that no image is made for, IMB2018 where nothing would bring .NET, IMB2010 where there is no app.</summary>
    public PlatformBake(CompileRecord compile, PublishRecord published, StageContext context)
    {
        (_compile, _published, _context) = (compile, published, context);
        Platform = ImagePlatform.OfRuntimeIdentifier(published.RuntimeIdentifier);
        _plan = Plan(published, context.Options.Bake);
    }

    /// <summary>What it runs on.</summary>
    public Platform Platform { get; }

    /// <summary>The runtime that it was published for.</summary>
    public string RuntimeIdentifier => _published.RuntimeIdentifier;

    /// <summary>Makes it. What the layout has already is not written again.</summary>
    public async Task<(Descriptor Image, PlatformImageRecord Record)> RunAsync(BaseImage? baseImage, OciLayout layout, CancellationToken cancellationToken)
    {
        using var reading = baseImage?.Source.BeginReading(cancellationToken);
        var copying = CopyBaseAsync(baseImage, layout, cancellationToken);
        var writing = WriteLayersAsync(baseImage, layout, cancellationToken);
        await Task.WhenAll(copying, writing);

        var holdsIcu = _plan.Any(layer => layer.Files.Any(file => Path.GetFileName(file.Path).StartsWith("libicu", StringComparison.Ordinal)));
        var composed = ImageDocuments.Compose(new ImageParts(_compile, _published, _context.Options, Platform, baseImage, await writing, holdsIcu));
        var manifest = composed.Manifest(layout.WriteBlob(MediaTypes.Config, OciJson.Write(composed.Config())));
        var image = layout.WriteBlob(MediaTypes.Manifest, OciJson.Write(manifest)) with { Platform = Platform };
        return (image, new PlatformImageRecord
        {
            Platform = Platform.ToString(),
            Digest = image.Digest,
            BaseDigest = baseImage?.Digest,
            User = composed.Run.User!,
            Layers = [.. await copying, .. composed.Layers],
        });
    }

    private static ImmutableArray<PlannedLayer> Plan(PublishRecord published, BakeOptions options)
    {
        if (options.BaseImage is null && !published.SelfContained)
        {
            throw BakeErrors.NoRuntime(published.EntryPoint);
        }

        var entry = published.SelfContained ? published.EntryPoint : LayerPlan.Assembly(published.EntryPoint);
        if (!File.Exists(Path.Combine(published.Directory, entry)))
        {
            throw BakeErrors.PublishOutputMissing(published.Directory, $"it has no '{entry}'");
        }

        StaticAssetEndpoints.Settle(published.Directory);
        return LayerPlan.Make(published.Directory, published.EntryPoint, options.Layers);
    }

    private async Task<ImmutableArray<LayerRecord>> WriteLayersAsync(BaseImage? baseImage, OciLayout layout, CancellationToken cancellationToken)
    {
        var writer = BakedLayout.WriterOf(layout, _context);
        var root = ImageDocuments.ArchiveRoot(_context.Options.Bake);
        var work = _plan.Select(layer => writer.WriteAsync(layer, root, cancellationToken)).ToList();
        if (baseImage is null)
        {
            work.Insert(0, writer.WriteScratchRootAsync(cancellationToken));
        }

        return [.. await Task.WhenAll(work)];
    }

    private static async Task<ImmutableArray<LayerRecord>> CopyBaseAsync(BaseImage? image, OciLayout layout, CancellationToken cancellationToken)
    {
        if (image is null)
        {
            return [];
        }

        var layers = new LayerRecord[image.Manifest.Layers.Length];
        await Parallel.ForAsync(0, layers.Length, cancellationToken, async (i, ct) =>
        {
            var layer = image.Manifest.Layers[i];
            if (layer.MediaType is MediaTypes.ZstdLayer)
            {
                throw BakeErrors.LayerInvalid(layer.Digest.ToString(), "it is compressed with zstd, which can't be scanned yet");
            }

            var copied = await layout.CopyBlobAsync(image.Source, layer, ct);
            layers[i] = new LayerRecord("base", layer.Digest, image.Config.RootFs.DiffIds[i], layer.Size, 0, Reused: !copied);
        });
        return [.. layers];
    }
}
