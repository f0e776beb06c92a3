using ImmutableBuild.Images.Oci;

namespace ImmutableBuild.Images;

/// <summary>
/// Keeps notes about layers in a directory, each layer's by its digest. Whoever may write there decides what a scan finds, so it belongs into the data
/// directory. Notes that are damaged, or of another build of this program, count as missing. Notes only spare work: a release that can't read or write them,
/// as while another one removes the least recently used, reads the layer itself.
/// </summary>
/// <param name="directory">Where they are.</param>
/// <param name="time">The clock, for which of them were used last.</param>
internal sealed class LayerNotesCache(string directory, TimeProvider time)
{
    /// <summary>How many layers' notes are kept.</summary>
    public const int MaximumFiles = 64;

    private const int MaximumLength = 64 * 1024 * 1024;

    // Part of what notes are about: another build of this code may ask other questions, or answer them otherwise.
    private static readonly string Build = typeof(LayerNotesCache).Module.ModuleVersionId.ToString();

    private bool IsForgetful { get; init; }

    /// <summary>The same directory, where nothing is found: everything is read and noted anew.</summary>
    public LayerNotesCache Forgetful() => new(directory, time) { IsForgetful = true };

    /// <summary>The notes about a layer; null when there are none.</summary>
    public LayerNotes? Find(Descriptor layer, Digest diffId)
    {
        if (IsForgetful)
        {
            return null;
        }

        try
        {
            var file = new FileInfo(FileOf(layer));
            if (file is not { Exists: true, Length: <= MaximumLength } || LayerNotesForm.TryRead(SubjectOf(layer, diffId), File.ReadAllBytes(file.FullName)) is not { } notes)
            {
                return null;
            }

            file.LastWriteTimeUtc = time.GetUtcNow().UtcDateTime;
            return notes;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Keeps notes, unless they are too long, and removes those that were not used for longest.</summary>
    public void Keep(Descriptor layer, Digest diffId, LayerNotes notes)
    {
        try
        {
            Write(layer, diffId, notes);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Notes only spare work: the next scan writes them.
        }
    }

    private void Write(Descriptor layer, Digest diffId, LayerNotes notes)
    {
        Directory.CreateDirectory(directory);
        if (LayerNotesForm.Write(SubjectOf(layer, diffId), notes) is { Length: <= MaximumLength } bytes)
        {
            AtomicFile.Write(FileOf(layer), bytes, flush: false);
            new FileInfo(FileOf(layer)).LastWriteTimeUtc = time.GetUtcNow().UtcDateTime;
        }

        foreach (var file in new DirectoryInfo(directory).GetFiles("*.notes").OrderByDescending(file => file.LastWriteTimeUtc).ThenBy(file => file.Name, StringComparer.Ordinal).Skip(MaximumFiles))
        {
            file.Delete();
        }
    }

    private string FileOf(Descriptor layer) => Path.Combine(directory, $"{layer.Digest.Hex}.notes");

    // The blob, how it is to be unpacked, and what then came out of it.
    private static string SubjectOf(Descriptor layer, Digest diffId) => $"{Build} {layer.MediaType} {layer.Digest} {layer.Size} {diffId}";
}
