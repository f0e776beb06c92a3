using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Images.Archives;
using ImmutableBuild.Images.Bases;
using ImmutableBuild.Images.Layers;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Registries;
using ImmutableBuild.Releases;
using ImmutableBuild.Reports;

namespace ImmutableBuild.Images;

/// <summary>
/// Bake: makes an OCI image layout in <c>&lt;work&gt;/image</c> from the publish output. The same commit, SDK and base image give
/// the same digest, wherever and whenever; what did not change since the last time is not written again.
/// </summary>
public sealed class BakeStage : IStage
{
    /// <inheritdoc/>
    public StageName Name => StageName.Bake;

    /// <inheritdoc/>
    public async Task<StageResult> RunAsync(ReleaseRecord record, StageContext context, CancellationToken cancellationToken)
    {
        try
        {
            var bake = await BakeAsync(record.Compile, context, cancellationToken);
            return new StageResult(ReleaseChain.ClearFrom(record, StageName.Bake) with { Bake = bake }, Summary(bake));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw BakeErrors.WriteFailed(context.WorkDirectory, fault);
        }
    }

    private static async Task<BakeRecord> BakeAsync(CompileRecord compile, StageContext context, CancellationToken cancellationToken)
    {
        var options = context.Options.Bake;
        var platform = ImagePlatform.OfRuntimeIdentifier(compile.RuntimeIdentifier);
        var plan = Plan(compile, options);
        using var connector = new RegistryConnector(context.Options.Push, context.ReadVariable, context.Time);
        var baseImage = options.BaseImage is { } reference ? await ResolveAsync(reference, platform, context, connector, cancellationToken) : null;

        using var reading = baseImage?.Source.BeginReading(cancellationToken);
        var layout = OciLayout.OpenOrCreate(Path.Combine(context.WorkDirectory, "image"));
        var copying = CopyBaseAsync(baseImage, layout, cancellationToken);
        var writing = WriteLayersAsync(plan, baseImage, layout, context, cancellationToken);
        await Task.WhenAll(copying, writing);

        var holdsIcu = plan.Any(layer => layer.Files.Any(file => Path.GetFileName(file.Path).StartsWith("libicu", StringComparison.Ordinal)));
        var composed = ImageDocuments.Compose(new ImageParts(compile, context.Options, platform, baseImage, await writing, holdsIcu));
        var manifest = composed.Manifest(layout.WriteBlob(MediaTypes.Config, OciJson.Write(composed.Config())));
        var image = layout.WriteBlob(MediaTypes.Manifest, OciJson.Write(manifest));
        layout.SetReference(compile.Commit.ToString(), image with { Platform = platform }, cancellationToken);
        LayoutPruning.KeepOnly(layout, image, manifest, cancellationToken);
        if (options.Archive is { } archive)
        {
            var name = ImageReference.Parse($"{ImageStores.RepositoryOf(context.Options)}:{ReleaseTag.Of(compile, image.Digest)}");
            await ArchiveFile.WriteAsync(archive, layout, image.Digest, name, cancellationToken);
        }

        return new BakeRecord
        {
            Layout = layout.Directory,
            Digest = image.Digest,
            MediaType = image.MediaType,
            Archive = options.Archive,
            Platform = platform.ToString(),
            BaseName = baseImage?.Name,
            BaseDigest = baseImage?.Digest,
            User = composed.Run.User!,
            Layers = [.. await copying, .. composed.Layers],
        };
    }

    private static async Task<BaseImage> ResolveAsync(string reference, Platform platform, StageContext context, RegistryConnector connector, CancellationToken cancellationToken)
    {
        var pin = (await BaseLock.ReadAsync(context.Options.Bake.LockFile, cancellationToken)).Find(reference);
        var found = await new BaseImageResolver(context.Options.DataDirectory, connector).ResolveAsync(reference, platform, cancellationToken, pin);
        if (pin is null && found.Pin is { } named && ImageReference.Parse(reference).Digest is null)
        {
            context.Reporter.Warn(BakeErrors.BaseNotPinned(reference, named));
        }

        if (BaseAge.Of(found, context.Time) is { } age && age > context.Options.Bake.MaxBaseAge)
        {
            context.Reporter.Warn(BakeErrors.BaseOld(reference, age, context.Options.Bake.MaxBaseAge.Value));
        }

        return found;
    }

    private static ImmutableArray<PlannedLayer> Plan(CompileRecord compile, BakeOptions options)
    {
        if (options.BaseImage is null && !compile.SelfContained)
        {
            throw BakeErrors.NoRuntime(compile.EntryPoint);
        }

        var entry = compile.SelfContained ? compile.EntryPoint : LayerPlan.Assembly(compile.EntryPoint);
        return File.Exists(Path.Combine(compile.PublishDirectory, entry))
            ? LayerPlan.Make(compile.PublishDirectory, compile.EntryPoint, options.Layers)
            : throw BakeErrors.PublishOutputMissing(compile.PublishDirectory, $"it has no '{entry}'");
    }

    private static async Task<ImmutableArray<LayerRecord>> WriteLayersAsync(
        ImmutableArray<PlannedLayer> plan, BaseImage? baseImage, OciLayout layout, StageContext context, CancellationToken cancellationToken)
    {
        var writer = new LayerWriter(layout, new LayerCache(Path.Combine(context.WorkDirectory, "layers")), context.Options.Bake.Compression);
        var root = ImageDocuments.ArchiveRoot(context.Options.Bake);
        var work = plan.Select(layer => writer.WriteAsync(layer, root, cancellationToken)).ToList();
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

    private static string Summary(BakeRecord bake)
    {
        var reused = bake.Layers.Count(layer => layer.Reused);
        return $"{bake.Digest.ToString()[..19]}… {bake.Layers.Length} layers, {Units.Bytes(bake.Layers.Sum(layer => layer.Size))}, {reused} re-used{(bake.Archive is { } archive ? $", also as {archive}" : "")}";
    }
}
