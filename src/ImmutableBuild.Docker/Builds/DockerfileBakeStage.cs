using System.Collections.Immutable;
using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Api.Endpoints;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Layers;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Registries;
using ImmutableBuild.Releases;
using ImmutableBuild.Releases.Source;

namespace ImmutableBuild.Docker.Builds;

/// <summary>
/// Bake with <c>ImmutableBake=dockerfile</c>: an engine builds the Dockerfile, and its image becomes the OCI image layout in <c>&lt;work&gt;/image</c> that the
/// other stages go on with. The configuration stays as the engine wrote it, so that this engine knows the image by it and is sent nothing at Deploy.
/// </summary>
public sealed class DockerfileBakeStage : IStage
{
    /// <inheritdoc/>
    public StageName Name => StageName.Bake;

    /// <inheritdoc/>
    public async Task<StageResult> RunAsync(ReleaseRecord record, StageContext context, CancellationToken cancellationToken)
    {
        try
        {
            using var own = context.LayoutUse is null ? BakedLayout.Enter(context, cancellationToken) : null;
            var bake = await BakeAsync(record.Compile, context with { LayoutUse = context.LayoutUse ?? own }, cancellationToken);
            return new StageResult(ReleaseChain.ClearFrom(record, StageName.Bake) with { Bake = bake }, BakeStage.Summary(bake));
        }
        catch (DockerApiException fault)
        {
            throw fault.ToUserError();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw BakeErrors.WriteFailed(context.WorkDirectory, fault);
        }
    }

    private static async Task<BakeRecord> BakeAsync(CompileRecord compile, StageContext context, CancellationToken cancellationToken)
    {
        await using var connection = new EngineConnection(new EndpointDiscovery(context.ReadVariable, OperatingSystem.IsWindows()).Find, context.Time);
        var engine = await connection.ConnectAsync(cancellationToken);
        var facts = ImageDocuments.Annotations(compile, context.Options);
        var build = new DockerfileBuild(engine, new RegistryCredentials(context.Options.Push, context.ReadVariable), context.Reporter.Detail);
        var sources = await FindContextAsync(context, cancellationToken);
        var built = await build.RunAsync(context.Options.Bake.Dockerfile!, sources, facts.SetItems(context.Options.Bake.Labels), cancellationToken);

        using var exported = await ExportAsync(engine, built.Id, context, cancellationToken);
        var baseLayers = BaseLayers(built.Base, exported.Config);
        var layout = BakedLayout.Open(context);
        var layers = await WriteLayersAsync(exported, baseLayers, layout, context, cancellationToken);
        return await WriteImageAsync(compile, context, exported, baseLayers == 0 ? null : built.Base, layers, layout, cancellationToken);
    }

    private static async Task<BuildContext> FindContextAsync(StageContext context, CancellationToken cancellationToken)
    {
        var options = context.Options.Bake.Dockerfile!;
        var found = BuildContext.Find(options, Own(context), new ImageLimits());
        var source = await GitSource.ReadAsync(Path.Combine(options.Context, "Dockerfile"), context.ReadVariable, cancellationToken);
        source.RequireCommitted(found.Entries.Where(entry => !entry.IsDirectory).Select(entry => Path.Combine(options.Context, entry.Name)).Append(options.File), [], context.Options, context.Reporter);
        return found;
    }

    // A Dockerfile that copies everything would have the key that signs it in the image, and the image of the release before.
    private static IEnumerable<string> Own(StageContext context) =>
        new[] { context.WorkDirectory, context.Options.DataDirectory, context.Options.Sign.KeyFile }.OfType<string>().Select(Path.GetFullPath);

    private static async Task<ExportedImage> ExportAsync(IDockerClient engine, string image, StageContext context, CancellationToken cancellationToken)
    {
        await using var export = await engine.Images.SaveImageAsync(image, cancellationToken);
        return await ExportedImage.ReceiveAsync(export, image, context.WorkDirectory, new ImageLimits(), cancellationToken);
    }

    private static async Task<ImmutableArray<LayerRecord>> WriteLayersAsync(ExportedImage image, int baseLayers, OciLayout layout, StageContext context, CancellationToken cancellationToken)
    {
        var writer = new LayerWriter(layout, new LayerCache(Path.Combine(context.WorkDirectory, "layers")), context.Options.Bake.Compression);
        var names = LayerNames.Of(image.Config, baseLayers);
        var diffIds = image.Config.RootFs.DiffIds;

        // An image may have the same layer several times.
        var writing = diffIds.Select((diffId, index) => (diffId, index)).DistinctBy(layer => layer.diffId).ToDictionary(
            layer => layer.diffId,
            layer => writer.WriteArchiveAsync(names[layer.index], layer.diffId, archive => image.CopyLayer(layer.index, archive, cancellationToken), cancellationToken));
        await Task.WhenAll(writing.Values);
        var written = ImmutableArray.CreateBuilder<LayerRecord>(diffIds.Length);
        for (var i = 0; i < diffIds.Length; i++)
        {
            written.Add(await writing[diffIds[i]] with { Name = names[i] });
        }

        return written.MoveToImmutable();
    }

    private static async Task<BakeRecord> WriteImageAsync(
        CompileRecord compile, StageContext context, ExportedImage exported, BuiltUpon? upon, ImmutableArray<LayerRecord> layers, OciLayout layout, CancellationToken cancellationToken)
    {
        var platform = new Platform { Os = exported.Config.Os, Architecture = exported.Config.Architecture, Variant = exported.Config.Variant };
        var manifest = new ImageManifest
        {
            MediaType = MediaTypes.Manifest,
            Config = layout.WriteBlob(MediaTypes.Config, exported.ConfigBytes.Span),
            Layers = [.. layers.Select(layer => new Descriptor { MediaType = MediaTypes.GzipLayer, Size = layer.Size, Digest = layer.Digest })],
            Annotations = Annotations(compile, context, upon),
        };
        var image = layout.WriteBlob(MediaTypes.Manifest, OciJson.Write(manifest)) with { Platform = platform };
        await BakedLayout.EndAsync(layout, image, compile, context, cancellationToken);

        return new BakeRecord
        {
            Layout = layout.Directory,
            Digest = image.Digest,
            MediaType = image.MediaType,
            Archive = context.Options.Bake.Archive,
            BaseName = upon?.Name,
            Images =
            [
                new PlatformImageRecord
                {
                    Platform = platform.ToString(),
                    Digest = image.Digest,
                    BaseDigest = upon?.Digest,
                    User = exported.Config.Config?.User is { Length: > 0 } user ? user : "root",
                    Layers = layers,
                },
            ],
        };
    }

    private static ImmutableSortedDictionary<string, string> Annotations(CompileRecord compile, StageContext context, BuiltUpon? upon)
    {
        var annotations = ImageDocuments.Annotations(compile, context.Options);
        annotations = upon is null ? annotations : annotations.Add(OciAnnotations.BaseName, upon.Name);
        return upon?.Digest is { } digest ? annotations.Add(OciAnnotations.BaseDigest, digest.ToString()) : annotations;
    }

    // Only an image whose layers begin with those of the base is one that is made upon it.
    private static int BaseLayers(BuiltUpon? upon, ImageConfig config) =>
        upon is not null && upon.DiffIds.Length <= config.RootFs.DiffIds.Length && upon.DiffIds.SequenceEqual(config.RootFs.DiffIds.Take(upon.DiffIds.Length)) ? upon.DiffIds.Length : 0;
}
