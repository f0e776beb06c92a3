using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;

namespace ImmutableBuild.Gateway.State;

/// <summary>
/// The app's history: one JSON object a line, appended and flushed to the disk. A last line that a crash cut short was never
/// acknowledged, so it is dropped; one that could not be flushed is taken back.
/// </summary>
internal sealed class LedgerFile
{
    private readonly string _path;
    private readonly GatewayLog _log;
    private readonly Action<FileStream> _flush;
    private readonly Action<string> _flushDirectory;
    private long _wholeBytes;
    private bool _nameLasts;

    private LedgerFile(
        string path, ImmutableList<LedgerEntry> entries, long wholeBytes, GatewayLog log, Action<FileStream> flush, Action<string> flushDirectory)
    {
        _path = path;
        Entries = entries;
        _wholeBytes = wholeBytes;
        _log = log;
        _flush = flush;
        _flushDirectory = flushDirectory;
    }

    /// <summary>All entries, oldest first.</summary>
    public ImmutableList<LedgerEntry> Entries { get; private set; }

    /// <summary>Reads the ledger in <paramref name="directory"/>.</summary>
    /// <param name="directory">The state directory.</param>
    /// <param name="log">Where a line that is no entry is told, and an entry that can't be taken back.</param>
    /// <param name="flush">How an entry is made to last; by default the file is flushed to the disk.</param>
    /// <param name="flushDirectory">How the file's name is made to last; by default <see cref="DurableFile.FlushDirectory"/>.</param>
    public static LedgerFile Open(string directory, GatewayLog log, Action<FileStream>? flush = null, Action<string>? flushDirectory = null)
    {
        var path = Path.Combine(directory, "ledger.jsonl");
        var entries = ImmutableList.CreateBuilder<LedgerEntry>();
        long wholeBytes = 0;
        if (File.Exists(path))
        {
            var content = File.ReadAllBytes(path).AsSpan();
            while (content[(int)wholeBytes..].IndexOf((byte)'\n') is var length and >= 0)
            {
                if (Parse(content.Slice((int)wholeBytes, length)) is { } entry)
                {
                    entries.Add(entry);
                }
                else
                {
                    log.Write($"{path}: the line at byte {wholeBytes} is no entry and is left out");
                }

                wholeBytes += length + 1;
            }
        }

        return new LedgerFile(
            path, entries.ToImmutable(), wholeBytes, log, flush ?? (static file => file.Flush(flushToDisk: true)), flushDirectory ?? DurableFile.FlushDirectory);
    }

    /// <summary>Appends <paramref name="entry"/> unless the newest one says the same. IMB6050 when the disk refuses.</summary>
    public void Append(LedgerEntry entry, DateTimeOffset now)
    {
        var newest = Entries.IsEmpty ? null : Entries[^1];
        if (newest is not null && newest.Event == entry.Event && newest.Cause == entry.Cause && newest.Spec.Id == entry.Spec.Id && newest.By == entry.By)
        {
            return;
        }

        var numbered = entry with { Sequence = (newest?.Sequence ?? 0) + 1, At = now };
        var line = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(numbered, LedgerJson.Default.LedgerEntry) + "\n");
        try
        {
            using var file = new FileStream(_path, DurableFile.Creating(FileMode.OpenOrCreate));
            Write(file, line);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw GatewayErrors.StateNotCommitted(_path, fault);
        }

        _wholeBytes += line.Length;
        Entries = Entries.Add(numbered);
    }

    private void Write(FileStream file, byte[] line)
    {
        try
        {
            file.SetLength(_wholeBytes);
            file.Position = _wholeBytes;
            file.Write(line);
            _flush(file);
            EnsureNameLasts();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            TakeBack(file);
            throw;
        }
    }

    // Whoever created the file may have been killed before its name was flushed, so each gateway does it once.
    private void EnsureNameLasts()
    {
        if (!_nameLasts)
        {
            _flushDirectory(Path.GetDirectoryName(_path)!);
            _nameLasts = true;
        }
    }

    // The entry's writer was told of a failure: neither a restart nor anyone who reads the file meanwhile must find the entry.
    private void TakeBack(FileStream file)
    {
        try
        {
            file.SetLength(_wholeBytes);
            _flush(file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            _log.Write($"{_path}: a restart may find an entry that was refused: {fault.Message}");
        }
    }

    private static LedgerEntry? Parse(ReadOnlySpan<byte> line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, LedgerJson.Default.LedgerEntry);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>The JSON form of the ledger: one line an entry.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(LedgerEntry))]
internal sealed partial class LedgerJson : JsonSerializerContext;
