using System.Collections.Concurrent;
using System.Collections.Immutable;
using ImmutableBuild.Images.Tar;

namespace ImmutableBuild.Images;

/// <summary>What reading a layer gave: its entries, and answers to questions about its files. With them an unchanged layer need not be read again.</summary>
/// <param name="length">How many bytes the layer has uncompressed.</param>
/// <param name="entries">Its entries, as its archive lists them.</param>
internal sealed class LayerNotes(long length, ImmutableArray<TarHeader> entries)
{
    private readonly ConcurrentDictionary<NoteKey, byte[]> _answers = [];

    /// <summary>How many bytes the layer has uncompressed.</summary>
    public long Length => length;

    /// <summary>Its entries.</summary>
    public ImmutableArray<TarHeader> Entries => entries;

    /// <summary>All answers there are.</summary>
    public IReadOnlyDictionary<NoteKey, byte[]> Answers => _answers;

    /// <summary>The answer to a question about a file; null when it was never asked.</summary>
    public byte[]? Find(NoteKey key) => _answers.GetValueOrDefault(key);

    /// <summary>Notes an answer.</summary>
    public void Add(NoteKey key, byte[] answer) => _answers[key] = answer;
}

/// <summary>A question about a file.</summary>
/// <param name="Question">What is asked; the answer follows from the file's bytes alone.</param>
/// <param name="Offset">Where the file's content begins in its layer.</param>
internal readonly record struct NoteKey(string Question, long Offset);

/// <summary>A file of a layer that was not read is needed all the same: the image has to be opened without notes.</summary>
internal sealed class LayerNotReadException(string path) : Exception($"'/{path}' is in a layer of which only notes are at hand.");
