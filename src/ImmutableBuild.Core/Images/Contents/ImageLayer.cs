using System.Collections.Immutable;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Images.Tar;

namespace ImmutableBuild.Images;

/// <summary>One layer of an image that is open: its content, or the notes that stand in for it, or both.</summary>
internal sealed class ImageLayer : IDisposable
{
    // A layer with more entries is not noted: the notes would take more room than they save time.
    private const int MaximumNoted = 50_000;

    private readonly LayerSpool? _spool;
    private readonly int _known;

    private ImageLayer(Digest digest, LayerSpool? spool, LayerNotes? notes) => (Digest, _spool, Notes, _known) = (digest, spool, notes, notes?.Answers.Count ?? 0);

    /// <summary>The digest of the compressed layer.</summary>
    public Digest Digest { get; }

    /// <summary>What is noted about it; null where nothing is kept.</summary>
    public LayerNotes? Notes { get; private set; }

    /// <summary>There is more in the notes than there was when it was opened.</summary>
    public bool HasNews => Notes is { } notes && (_spool is not null || notes.Answers.Count > _known);

    /// <summary>Opens a layer by its notes, or else reads it.</summary>
    public static async Task<ImageLayer> OpenAsync(
        IImageSource source, Descriptor layer, Digest diffId, string directory, SpoolBudget budget, LayerNotesCache? cache, CancellationToken cancellationToken)
    {
        if (cache?.Find(layer, diffId) is not { } notes)
        {
            return new ImageLayer(layer.Digest, await LayerSpool.CreateAsync(source, layer, diffId, directory, budget, cancellationToken), null);
        }

        budget.Spend(notes.Length, notes.Length, layer);
        return new ImageLayer(layer.Digest, null, notes);
    }

    /// <summary>Its entries, each counted; with <paramref name="note"/> they are noted, once all were taken.</summary>
    public IEnumerable<TarHeader> Entries(SpoolBudget budget, bool note)
    {
        var entries = Notes is null && note ? ImmutableArray.CreateBuilder<TarHeader>() : null;
        foreach (var header in Notes?.Entries ?? Archived(_spool!))
        {
            budget.SpendEntry(header.Name.Length + header.LinkName.Length);
            entries = entries?.Count < MaximumNoted ? entries : null;
            entries?.Add(header);
            yield return header;
        }

        Notes ??= entries is null ? null : new LayerNotes(_spool!.Archive.Length, entries.ToImmutable());
    }

    /// <summary>Opens the content of a file; throws <see cref="LayerNotReadException"/> where only notes are at hand.</summary>
    public Stream Open(ImageEntry file) => _spool is null ? throw new LayerNotReadException(file.Path) : new SliceStream(_spool.Handle, file.Location.Offset, file.Size);

    public void Dispose() => _spool?.Dispose();

    private static IEnumerable<TarHeader> Archived(LayerSpool spool)
    {
        var reader = new TarReader(new BufferedStream(spool.Archive, 4096));
        while (reader.Next() is { } header)
        {
            yield return header;
        }
    }
}
