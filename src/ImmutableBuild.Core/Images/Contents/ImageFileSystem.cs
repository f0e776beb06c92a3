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

    // Larger files are read anew each time.
    private const int MaximumNoted = 4 * 1024 * 1024;

    private readonly FileTree _tree;
    private readonly ImageLayer[] _layers;

    private ImageFileSystem(Digest digest, ImageManifest manifest, ImageConfig config, FileTree tree, ImageLayer[] layers) =>
        (Digest, Manifest, Config, Entries, _tree, _layers) = (digest, manifest, config, [.. tree.Entries], tree, layers);

    /// <summary>The digest of the image's manifest.</summary>
    public Digest Digest { get; }

    /// <summary>The manifest.</summary>
    public ImageManifest Manifest { get; }

    /// <summary>The configuration.</summary>
    public ImageConfig Config { get; }

    /// <summary>All paths, parents before children, siblings in ordinal order.</summary>
    public IReadOnlyList<ImageEntry> Entries { get; }

    /// <summary>
    /// Reads an image, every layer's digest and diff_id checked. Throws IMB2001 to IMB2005 when it is not valid, hostile,
    /// too large or not all there.
    /// </summary>
    /// <param name="source">Where it is.</param>
    /// <param name="digest">The digest of its manifest.</param>
    /// <param name="scratchDirectory">Takes the uncompressed layers until this is disposed; made when it isn't there.</param>
    /// <param name="limits">How much is read.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public static Task<ImageFileSystem> OpenAsync(
        IImageSource source, Digest digest, string scratchDirectory, ImageLimits limits, CancellationToken cancellationToken) =>
        OpenAsync(source, digest, scratchDirectory, limits, notes: null, cancellationToken);

    /// <summary>The same, with notes about layers that were read before: such a layer is not read again, and only answers and small files are to be had of it.</summary>
    internal static async Task<ImageFileSystem> OpenAsync(
        IImageSource source, Digest digest, string scratchDirectory, ImageLimits limits, LayerNotesCache? notes, CancellationToken cancellationToken)
    {
        var manifest = await source.ReadManifestAsync(digest, cancellationToken);
        limits.RequireSize(manifest, $"{source.Name}@{digest}");
        var config = await source.ReadConfigAsync(manifest, cancellationToken);
        if (config.RootFs.DiffIds.Length != manifest.Layers.Length)
        {
            throw BakeErrors.ImageInvalid($"{source.Name}@{digest}", $"the manifest has {manifest.Layers.Length} layers, the configuration {config.RootFs.DiffIds.Length} diff_ids");
        }

        Directory.CreateDirectory(scratchDirectory);
        var budget = new SpoolBudget(limits);
        var layers = new ImageLayer?[manifest.Layers.Length];
        try
        {
            await Parallel.ForAsync(0, layers.Length, cancellationToken, async (i, ct) =>
                layers[i] = await ImageLayer.OpenAsync(source, manifest.Layers[i], config.RootFs.DiffIds[i], scratchDirectory, budget, notes, ct));
            var tree = new FileTree(budget);
            for (var i = 0; i < layers.Length; i++)
            {
                Apply(tree, layers[i]!.Digest, layers[i]!.Entries(budget, note: notes is not null), i, cancellationToken);
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
        ? _layers[file.Location.LayerOrdinal].Open(file)
        : throw new ArgumentException($"'{file.Path}' is no file.", nameof(file));

    /// <summary>Reads a file's content; throws IMB2004 when it has more than <paramref name="maxBytes"/>.</summary>
    public byte[] Read(ImageEntry file, int maxBytes) => file.Size > maxBytes
        ? throw BakeErrors.LimitExceeded($"'/{file.Path}' of image {Digest}", $"{file.Size} bytes", $"{maxBytes} bytes")
        : file.Size <= MaximumNoted ? Ask(file, "content", ReadAll) : ReadAll(file);

    /// <summary>Opens a file's content, from the notes about its layer where it is small enough to be in them.</summary>
    internal Stream OpenNoted(ImageEntry file) => file is { Kind: ImageEntryKind.File, Size: <= MaximumNoted } ? new MemoryStream(Read(file, MaximumNoted), writable: false) : Open(file);

    /// <summary>The answer to a question about a file, from the notes about its layer where it was asked before.</summary>
    /// <param name="file">The file.</param>
    /// <param name="question">What is asked.</param>
    /// <param name="answer">Finds the answer, which follows from the file's bytes alone.</param>
    internal byte[] Ask(ImageEntry file, string question, Func<Stream, byte[]> answer)
    {
        var (notes, key) = (_layers[file.Location.LayerOrdinal].Notes, new NoteKey(question, file.Location.Offset));
        if (notes?.Find(key) is { } known)
        {
            return known;
        }

        using var content = Open(file);
        var found = answer(content);
        notes?.Add(key, found);
        return found;
    }

    /// <summary>Keeps what was noted about the layers while this was open.</summary>
    internal void KeepNotes(LayerNotesCache cache)
    {
        foreach (var (layer, descriptor, diffId) in _layers.Zip(Manifest.Layers, Config.RootFs.DiffIds).Where(layer => layer.First.HasNews))
        {
            cache.Keep(descriptor, diffId, layer.Notes!);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(_layers, layer => layer.Dispose());

    private byte[] ReadAll(ImageEntry file)
    {
        using var content = Open(file);
        return ReadAll(content);
    }

    private static byte[] ReadAll(Stream content)
    {
        var bytes = new byte[content.Length];
        content.ReadExactly(bytes);
        return bytes;
    }

    private static void Apply(FileTree tree, Digest layer, IEnumerable<TarHeader> entries, int ordinal, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var header in entries)
            {
                cancellationToken.ThrowIfCancellationRequested();
                tree.Apply(header, ordinal, layer);
            }
        }
        catch (TarException fault)
        {
            throw BakeErrors.LayerInvalid(layer.ToString(), fault.Message, fault);
        }
    }
}
