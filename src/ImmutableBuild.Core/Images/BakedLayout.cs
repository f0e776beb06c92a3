using ImmutableBuild.Errors;
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
    public static OciLayout Open(StageContext context) => OciLayout.OpenOrCreate(DirectoryOf(context), isScratch: true);

    /// <summary>The layout that a bake has recorded; throws IMB2006 when it is there no more.</summary>
    public static OciLayout Open(BakeRecord bake) => OciLayout.Open(bake.Layout, isScratch: true);

    /// <summary>Begins a bake's use of the layout. Throws IMB2007 where another build goes on removing from it, and IMB2014 where it can't be written.</summary>
    public static LayoutUse Enter(StageContext context, CancellationToken cancellationToken)
    {
        try
        {
            return LayoutUse.Enter(Directory.CreateDirectory(DirectoryOf(context)).FullName, cancellationToken);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw BakeErrors.WriteFailed(context.WorkDirectory, fault);
        }
    }

    /// <summary>Begins the use of the layout by <paramref name="stage"/>; null where that has none to work with. What the release's record names is there until it ends, if the record is read after this.</summary>
    public static LayoutUse? EnterFor(StageName stage, StageContext context, CancellationToken cancellationToken) => stage switch
    {
        StageName.Bake => Enter(context, cancellationToken),
        StageName.Scan or StageName.Sign or StageName.Push when Directory.Exists(DirectoryOf(context)) => Enter(context, cancellationToken),
        _ => null,
    };

    /// <summary>The directory with the notes of which layers a bake has left in the layout.</summary>
    public static string LayersOf(StageContext context) => Path.Combine(context.WorkDirectory, "layers");

    /// <summary>What writes layers into the layout, compressed as the options say.</summary>
    public static LayerWriter WriterOf(OciLayout layout, StageContext context) => new(
        layout, new LayerCache(LayersOf(context)), context.Options.Bake.Compression, new PackageDigests(Path.Combine(context.WorkDirectory, "packages.digests.txt")));

    /// <summary>Ends a bake, within the use of the layout that <paramref name="context"/> has. Throws what <see cref="ArchiveFile.WriteAsync"/> throws.</summary>
    public static async Task EndAsync(OciLayout layout, Descriptor image, CompileRecord compile, StageContext context, CancellationToken cancellationToken)
    {
        var options = context.Options;
        layout.SetReference(compile.Commit.ToString(), image, cancellationToken);
        await context.LayoutUse!.TryRemoveAsync(async () => await LayoutPruning.KeepOnlyAsync(layout, await NeededAsync(image.Digest, context, cancellationToken), cancellationToken), cancellationToken);
        if (options.Bake.Archive is { } archive)
        {
            var name = ImageReference.Parse($"{ImageStores.RepositoryOf(options)}:{ReleaseTag.Of(compile, image.Digest)}");
            await ArchiveFile.WriteAsync(archive, layout, image.Digest, name, cancellationToken);
        }
    }

    private static string DirectoryOf(StageContext context) => Path.Combine(context.WorkDirectory, "image");

    /// <summary>The image, and the one that the record names: another build may have baked that meanwhile, and its next stage goes on from the record.</summary>
    private static async Task<IReadOnlySet<Digest>> NeededAsync(Digest image, StageContext context, CancellationToken cancellationToken)
    {
        try
        {
            var record = await new ReleaseRecordFile(context.WorkDirectory).ReadAsync(cancellationToken);
            return record.Bake is { } recorded ? new HashSet<Digest> { image, recorded.Digest } : new HashSet<Digest> { image };
        }
        catch (ImmutableBuildException)
        {
            // There is none, or no stage can read it.
            return new HashSet<Digest> { image };
        }
    }
}
