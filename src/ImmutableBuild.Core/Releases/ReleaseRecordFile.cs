using System.Text.Json;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;

namespace ImmutableBuild.Releases;

/// <summary><c>obj/immutable/release.json</c> on disk: written whole or not at all, and not trusted when read.</summary>
public sealed class ReleaseRecordFile(string workDirectory)
{
    private const long LongestFile = 16 * 1024 * 1024;

    private static readonly JsonSerializerOptions Strict = new(ReleaseRecordJson.Default.Options)
    {
        AllowDuplicateProperties = false,
        MaxDepth = 32,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    private static readonly ReleaseRecordJson Json = new(Strict);

    /// <summary>The file's path.</summary>
    public string Path { get; } = System.IO.Path.Combine(workDirectory, "release.json");

    /// <summary>Has .NET prepare, once a process, for the first record that is read or written. It takes a tenth of a second, which another thread may spend before the record is needed.</summary>
    public static void Prepare() => _ = Json.ReleaseRecord;

    /// <summary>Reads the record. IMB1201 when there is none, IMB1202 when it is damaged or of another schema.</summary>
    public Task<ReleaseRecord> ReadAsync(CancellationToken cancellationToken) => ReadAsync(Whole, cancellationToken);

    /// <summary>Reads the record if its project was compiled from these inputs; null where it was not, which is told by a look at it. Throws as <see cref="ReadAsync(CancellationToken)"/> does.</summary>
    public Task<ReleaseRecord?> FindAsync(Digest inputs, CancellationToken cancellationToken) =>
        ReadAsync(root => IsOf(inputs, root) ? Whole(root) : null, cancellationToken);

    /// <summary>Writes the record: a temporary file, flushed to disk, then renamed over the old one. IMB1205 when that fails.</summary>
    public async Task WriteAsync(ReleaseRecord record, CancellationToken cancellationToken)
    {
        var temporary = $"{Path}.{Guid.NewGuid():N}.tmp";
        try
        {
            Directory.CreateDirectory(workDirectory);
            await using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                await JsonSerializer.SerializeAsync(file, record, Json.ReleaseRecord, cancellationToken);
                file.Flush(flushToDisk: true);
            }

            Renaming.Do(() => File.Move(temporary, Path, overwrite: true));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw RecordErrors.NotWritable(Path, fault);
        }
        finally
        {
            if (File.Exists(temporary))
            {
                File.Delete(temporary);
            }
        }
    }

    private async Task<T> ReadAsync<T>(Func<JsonElement, T> take, CancellationToken cancellationToken)
    {
        try
        {
            await using var file = File.OpenRead(Path);
            if (file.Length > LongestFile)
            {
                throw RecordErrors.Unreadable(Path, $"it has {file.Length} bytes, at most {LongestFile} were expected");
            }

            using var document = await JsonDocument.ParseAsync(file, new JsonDocumentOptions { MaxDepth = 32, AllowDuplicateProperties = false }, cancellationToken);
            RefuseOtherSchema(document.RootElement);
            return take(document.RootElement);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw RecordErrors.Missing(Path);
        }
        catch (Exception damaged) when (damaged is JsonException or FormatException or IOException or UnauthorizedAccessException)
        {
            throw RecordErrors.Unreadable(Path, damaged.Message, damaged);
        }
    }

    private ReleaseRecord Whole(JsonElement root) => root.Deserialize(Json.ReleaseRecord) ?? throw RecordErrors.Unreadable(Path, "it is empty");

    private static bool IsOf(Digest inputs, JsonElement root) =>
        root.TryGetProperty("compile", out var compile) && compile.ValueKind == JsonValueKind.Object
        && compile.TryGetProperty("inputs", out var found) && found.ValueKind == JsonValueKind.String && found.ValueEquals(inputs.ToString());

    private void RefuseOtherSchema(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("schema", out var schema) || !schema.TryGetInt32(out var version))
        {
            throw RecordErrors.Unreadable(Path, "it has no schema number");
        }

        if (version != ReleaseRecord.CurrentSchema)
        {
            throw RecordErrors.Unreadable(Path, $"expected schema {ReleaseRecord.CurrentSchema}, found {version}");
        }
    }
}
