using ImmutableBuild.Errors;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Images.Tar;

namespace ImmutableBuild.Images;

/// <summary>
/// What is in an image: all its layers applied one over the other, whiteouts and all, as a runtime would see it. Reading it
/// touches nothing outside the scratch directory, whatever the image holds.
/// </summary>
public sealed class ImageFileSystem : IDisposable
{
    // 0755, as runtimes make the directories above a file that no layer lists by themselves.
    private const int ImpliedDirectoryMode = 0x1ed;

    private readonly FileTree _tree;
    private readonly LayerSpool[] _layers;

    private ImageFileSystem(Digest digest, ImageManifest manifest, ImageConfig config, FileTree tree, LayerSpool[] layers) =>
        (Digest, Manifest, Config, _tree, _layers) = (digest, manifest, config, tree, layers);

    /// <summary>The digest of the image's manifest.</summary>
    public Digest Digest { get; }

    /// <summary>The manifest.</summary>
    public ImageManifest Manifest { get; }

    /// <summary>The configuration.</summary>
    public ImageConfig Config { get; }

    /// <summary>All paths, parents before children, siblings in ordinal order.</summary>
    public IEnumerable<ImageEntry> Entries => _tree.Entries;

    /// <summary>
    /// Reads an image, every layer's digest and diff_id checked. Throws IMB2001 to IMB2005 when it is not valid, hostile,
    /// too large or not all there.
    /// </summary>
    /// <param name="source">Where it is.</param>
    /// <param name="digest">The digest of its manifest.</param>
    /// <param name="scratchDirectory">Takes the uncompressed layers until this is disposed; made when it isn't there.</param>
    /// <param name="limits">How much is read.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public static async Task<ImageFileSystem> OpenAsync(
        IImageSource source, Digest digest, string scratchDirectory, ImageLimits limits, CancellationToken cancellationToken)
    {
        var manifest = await source.ReadManifestAsync(digest, cancellationToken);
        var config = await source.ReadConfigAsync(manifest, cancellationToken);
        if (config.RootFs.DiffIds.Length != manifest.Layers.Length)
        {
            throw BakeErrors.ImageInvalid($"{source.Name}@{digest}", $"the manifest has {manifest.Layers.Length} layers, the configuration {config.RootFs.DiffIds.Length} diff_ids");
        }

        Directory.CreateDirectory(scratchDirectory);
        var budget = new SpoolBudget(limits);
        var layers = new LayerSpool?[manifest.Layers.Length];
        try
        {
            await Parallel.ForAsync(0, layers.Length, cancellationToken, async (i, ct) =>
                layers[i] = await LayerSpool.CreateAsync(source, manifest.Layers[i], config.RootFs.DiffIds[i], scratchDirectory, budget, ct));
            var tree = new FileTree();
            for (var i = 0; i < layers.Length; i++)
            {
                Apply(tree, layers[i]!, i, budget, cancellationToken);
            }

            return new ImageFileSystem(digest, manifest, config, tree, layers!);
        }
        catch
        {
            Array.ForEach(layers, layer => layer?.Dispose());
            throw;
        }
    }

    /// <summary>The entry at a path, with or without a leading '/', symbolic links followed within the image; null when there is none.</summary>
    public ImageEntry? Find(string path) => _tree.Find(path) switch
    {
        { Entry: { } entry } => entry,
        { Ordinal: >= 0 } implied => new ImageEntry(implied.Path, ImageEntryKind.Directory, ImpliedDirectoryMode, 0, 0, 0, null, Manifest.Layers[implied.Ordinal].Digest),
        _ => null,
    };

    /// <summary>What a file was in each layer that has it, the lowest first and <paramref name="file"/> itself last: for what is written anew as a whole when a little is added.</summary>
    internal IEnumerable<ImageEntry> VersionsOf(ImageEntry file) => (_tree.Find(file.Path)?.Replaced ?? []).Append(file);

    /// <summary>Opens a file's content. Several may be read at once, until this is disposed.</summary>
    public Stream Open(ImageEntry file) => file.Kind == ImageEntryKind.File
        ? new SliceStream(_layers[file.Location.LayerOrdinal].Handle, file.Location.Offset, file.Size)
        : throw new ArgumentException($"'{file.Path}' is no file.", nameof(file));

    /// <summary>Reads a file's content; throws IMB2004 when it has more than <paramref name="maxBytes"/>.</summary>
    public byte[] Read(ImageEntry file, int maxBytes)
    {
        if (file.Size > maxBytes)
        {
            throw BakeErrors.LimitExceeded($"'/{file.Path}' of image {Digest}", $"{file.Size} bytes", $"{maxBytes} bytes");
        }

        using var content = Open(file);
        var bytes = new byte[file.Size];
        content.ReadExactly(bytes);
        return bytes;
    }

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(_layers, layer => layer.Dispose());

    private static void Apply(FileTree tree, LayerSpool layer, int ordinal, SpoolBudget budget, CancellationToken cancellationToken)
    {
        try
        {
            var reader = new TarReader(new BufferedStream(layer.Archive, 4096));
            while (reader.Next() is { } header)
            {
                cancellationToken.ThrowIfCancellationRequested();
                budget.SpendEntry();
                tree.Apply(header, ordinal, layer.Layer);
            }
        }
        catch (TarException fault)
        {
            throw BakeErrors.LayerInvalid(layer.Layer.ToString(), fault.Message, fault);
        }
    }
}
