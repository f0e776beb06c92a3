using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Images.Bases;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Registries;
using ImmutableBuild.Releases;
using ImmutableBuild.Reports;

namespace ImmutableBuild.Images;

/// <summary>
/// Bake: makes an OCI image layout in <c>&lt;work&gt;/image</c> from the publish output, with an index over the images where that is for
/// several platforms. The same commit, SDK and base image give the same digest, wherever and whenever; what did not change since the last
/// time is not written again.
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
            using var own = context.LayoutUse is null ? BakedLayout.Enter(context, cancellationToken) : null;
            var bake = await BakeAsync(record.Compile, context with { LayoutUse = context.LayoutUse ?? own }, cancellationToken);
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
        var platforms = Platforms(compile, context);
        using var connector = RegistryConnector.Of(context);
        var bases = options.BaseImage is { } reference ? await new PinnedBase(reference, context, connector).ResolveAsync(platforms.Select(platform => platform.Platform), cancellationToken) : [];

        var layout = BakedLayout.Open(context);
        var images = new List<(Descriptor Image, PlatformImageRecord Record)>();
        foreach (var (number, platform) in platforms.Index())
        {
            images.Add(await platform.RunAsync(bases.IsEmpty ? null : bases[number], layout, cancellationToken));
        }

        var image = images is [var only] ? only.Image : WriteIndex(layout, images.Select(each => each.Image), compile, context.Options);
        await BakedLayout.EndAsync(layout, image, compile, context, cancellationToken);

        return new BakeRecord
        {
            Layout = layout.Directory,
            Digest = image.Digest,
            MediaType = image.MediaType,
            Archive = options.Archive,
            BaseName = options.BaseImage,
            Images = [.. images.Select(each => each.Record)],
        };
    }

    // Ordered by platform, so that the order in which the project names its runtimes does not change the image.
    private static PlatformBake[] Platforms(CompileRecord compile, StageContext context)
    {
        var platforms = compile.Published.Select(published => new PlatformBake(compile, published, context)).OrderBy(platform => platform.Platform.ToString(), StringComparer.Ordinal).ToArray();
        return platforms.GroupBy(platform => platform.Platform).FirstOrDefault(same => same.Count() > 1) is { } twice
            ? throw BakeErrors.ConfigurationInvalid("ContainerRuntimeIdentifiers", "one runtime for each platform", $"{string.Join(" and ", twice.Select(platform => platform.RuntimeIdentifier))} for {twice.Key}")
            : platforms;
    }

    private static Descriptor WriteIndex(OciLayout layout, IEnumerable<Descriptor> images, CompileRecord compile, ReleaseOptions options) =>
        layout.WriteBlob(MediaTypes.Index, OciJson.Write(new ImageIndex { MediaType = MediaTypes.Index, Manifests = [.. images], Annotations = ImageDocuments.Annotations(compile, options) }));

    /// <summary>The stage's one line.</summary>
    internal static string Summary(BakeRecord bake)
    {
        var reused = bake.Layers.Count(layer => layer.Reused);
        var platforms = bake.Images.Length > 1 ? $"{string.Join(" and ", bake.Images.Select(image => image.Platform))}, " : "";
        return $"{bake.Digest.ToString()[..19]}… {platforms}{bake.Layers.Length} layers, {Units.Bytes(bake.Layers.Sum(layer => layer.Size))}, {reused} re-used{(bake.Archive is { } archive ? $", also as {archive}" : "")}";
    }
}
