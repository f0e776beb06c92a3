using ImmutableBuild.Images.Archives;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Registries;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Images;

/// <summary>The end of every bake: the layout holds the image under its commit's name and nothing of earlier ones, and the archive that was asked for is written.</summary>
internal static class BakedLayout
{
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
