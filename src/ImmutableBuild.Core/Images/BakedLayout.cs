using ImmutableBuild.Images.Archives;
using ImmutableBuild.Images.Layers;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Registries;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Images;

/// <summary>The layout that every kind of bake writes to. A bake ends with the image alone in it, named by its commit, and with the archive that was asked for.</summary>
internal static class BakedLayout
{
    /// <summary>The release's layout.</summary>
    public static OciLayout Open(StageContext context) => OciLayout.OpenOrCreate(Path.Combine(context.WorkDirectory, "image"));

    /// <summary>The directory with the notes of which layers a bake has left in the layout.</summary>
    public static string LayersOf(StageContext context) => Path.Combine(context.WorkDirectory, "layers");

    /// <summary>What writes layers into the layout, compressed as the options say.</summary>
    public static LayerWriter WriterOf(OciLayout layout, StageContext context) => new(
        layout, new LayerCache(LayersOf(context)), context.Options.Bake.Compression, new PackageDigests(Path.Combine(context.WorkDirectory, "packages.digests.txt")));

    /// <summary>Ends a bake. Throws what <see cref="ArchiveFile.WriteAsync"/> throws.</summary>
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
