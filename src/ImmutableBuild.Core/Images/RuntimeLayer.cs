using ImmutableBuild.Images.Layers;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Images;

/// <summary>
/// The layer of a self-contained app's runtime, made before the app is there: its files are known once packages are resolved, and they are most of an image. Bake takes it
/// where it turns out to be just the layer it wants, as it takes any that is there, and writes its own where it doesn't.
/// </summary>
public static class RuntimeLayer
{
    /// <summary>Whether no bake of this project has left layers yet. Where one has, its runtime layer is almost always still the right one, and there is nothing to make ahead.</summary>
    public static bool IsMissing(StageContext context) => !Directory.Exists(BakedLayout.LayersOf(context));

    /// <summary>Writes it into the layout that Bake will use. Throws IMB2012 for a file that can't be read, and IMB2014 where the layout can't be written.</summary>
    /// <param name="files">The runtime's files: the path within the publish output, '/' between parts, and where the file is.</param>
    /// <param name="context">The release's options and place.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static Task WriteAsync(IEnumerable<KeyValuePair<string, string>> files, StageContext context, CancellationToken cancellationToken)
    {
        var planned = files.Select(file => new PlannedFile(file.Value, file.Key) { Package = file.Value }).OrderBy(file => file.Path, StringComparer.Ordinal);
        return BakedLayout.WriterOf(BakedLayout.Open(context), context).WriteAsync(new PlannedLayer(LayerPlan.Runtime, [.. planned]), ImageDocuments.ArchiveRoot(context.Options.Bake), cancellationToken, isAhead: true);
    }
}
