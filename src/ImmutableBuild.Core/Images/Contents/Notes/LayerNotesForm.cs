using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using ImmutableBuild.Images.Tar;

namespace ImmutableBuild.Images;

/// <summary>The bytes of notes in a file, with a digest over them at their end.</summary>
internal static class LayerNotesForm
{
    /// <summary>Writes notes about a layer.</summary>
    /// <param name="subject">What they are about; has to be the same when they are read.</param>
    /// <param name="notes">The notes.</param>
    public static byte[] Write(string subject, LayerNotes notes)
    {
        var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes, Encoding.UTF8);
        writer.Write(subject);
        writer.Write(notes.Length);
        writer.Write(notes.Entries.Length);
        foreach (var entry in notes.Entries)
        {
            Write(writer, entry);
        }

        writer.Write(notes.Answers.Count);
        foreach (var (key, answer) in notes.Answers.OrderBy(answer => answer.Key.Offset).ThenBy(answer => answer.Key.Question, StringComparer.Ordinal))
        {
            writer.Write(key.Question);
            writer.Write(key.Offset);
            writer.Write(answer.Length);
            writer.Write(answer);
        }

        writer.Write(SHA256.HashData(bytes.GetBuffer().AsSpan(0, (int)bytes.Length)));
        return bytes.ToArray();
    }

    /// <summary>Reads them; null for damaged bytes, or notes about something else.</summary>
    public static LayerNotes? TryRead(string subject, byte[] bytes)
    {
        if (bytes.Length < SHA256.HashSizeInBytes || !SHA256.HashData(bytes.AsSpan()[..^SHA256.HashSizeInBytes]).AsSpan().SequenceEqual(bytes.AsSpan()[^SHA256.HashSizeInBytes..]))
        {
            return null;
        }

        using var reader = new BinaryReader(new MemoryStream(bytes, 0, bytes.Length - SHA256.HashSizeInBytes, writable: false), Encoding.UTF8);
        if (reader.ReadString() != subject)
        {
            return null;
        }

        var length = reader.ReadInt64();
        var entries = ImmutableArray.CreateBuilder<TarHeader>(reader.ReadInt32());
        while (entries.Count < entries.Capacity)
        {
            entries.Add(ReadEntry(reader));
        }

        var notes = new LayerNotes(length, entries.MoveToImmutable());
        for (var count = reader.ReadInt32(); count > 0; count--)
        {
            notes.Add(new NoteKey(reader.ReadString(), reader.ReadInt64()), reader.ReadBytes(reader.ReadInt32()));
        }

        return notes;
    }

    private static void Write(BinaryWriter writer, TarHeader entry)
    {
        writer.Write((byte)entry.Kind);
        writer.Write(entry.Name);
        writer.Write(entry.LinkName);
        writer.Write(entry.Mode);
        writer.Write(entry.Uid);
        writer.Write(entry.Gid);
        writer.Write(entry.Size);
        writer.Write(entry.DataOffset);
    }

    private static TarHeader ReadEntry(BinaryReader reader) => new(
        (TarKind)reader.ReadByte(), reader.ReadString(), reader.ReadString(), reader.ReadInt32(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64());
}
