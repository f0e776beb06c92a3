using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;

namespace ImmutableBuild.Gateway.State;

/// <summary>
/// The app's history: one JSON object a line, appended and flushed to the disk. A last line that a crash cut short was never
/// acknowledged, so it is dropped.
/// </summary>
internal sealed class LedgerFile
{
    private readonly string _path;
    private long _wholeBytes;

    private LedgerFile(string path, ImmutableList<LedgerEntry> entries, long wholeBytes)
    {
        _path = path;
        Entries = entries;
        _wholeBytes = wholeBytes;
    }

    /// <summary>All entries, oldest first.</summary>
    public ImmutableList<LedgerEntry> Entries { get; private set; }

    /// <summary>Reads the ledger in <paramref name="directory"/>.</summary>
    public static LedgerFile Open(string directory, GatewayLog log)
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

        return new LedgerFile(path, entries.ToImmutable(), wholeBytes);
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
            file.SetLength(_wholeBytes);
            file.Position = _wholeBytes;
            file.Write(line);
            file.Flush(flushToDisk: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw GatewayErrors.StateNotCommitted(_path, fault);
        }

        _wholeBytes += line.Length;
        Entries = Entries.Add(numbered);
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
