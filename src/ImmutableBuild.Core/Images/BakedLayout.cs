using ImmutableBuild.Images.Archives;
using ImmutableBuild.Images.Layers;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Registries;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Images;

/// <summary>Where every bake writes to, and its end: the layout holds the image under its commit's name and nothing of earlier ones, and the archive that was asked for is written.</summary>
internal static class BakedLayout
{
    /// <summary>The release's layout.</summary>
    public static OciLayout Open(StageContext context) => OciLayout.OpenOrCreate(Path.Combine(context.WorkDirectory, "image"));

    /// <summary>Where it is written down which layers a bake has left in the layout.</summary>
    public static string LayersOf(StageContext context) => Path.Combine(context.WorkDirectory, "layers");

    /// <summary>Writes layers into the layout, as the options want them.</summary>
    public static LayerWriter WriterOf(OciLayout layout, StageContext context) => new(
        layout, new LayerCache(LayersOf(context)), context.Options.Bake.Compression, new PackageDigests(Path.Combine(context.WorkDirectory, "packages.digests.txt")));

    /// <summary>Ends it. Throws what <see cref="ArchiveFile.WriteAsync"/> throws.</summary>
    public static async Task EndAsync(OciLayout layout, Descriptor image, CompileRecord compile, ReleaseOptions options, CancellationToken cancellationToken)
    {
        layout.SetReference(compile.Commit.ToString(), image, cancellationToken);
        await LayoutPruning.KeepOnlyAsync(layout, image.Digest, cancellationToken);
        if (options.Bake.Archive is { } archive)
        {
            var name = ImageReference.Parse($"{ImageStores.RepositoryOf(options)}:{ReleaseTag.Of(compile, image.Digest)}");
            await ArchiveFile.WriteAsync(archive, layout, image.Digest, name, cancellationToken);
        }
    }
}
