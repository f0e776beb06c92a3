using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Images.Bases;

/// <summary>
/// <c>immutable.lock.json</c>, meant to be committed: which digest the tag of a base image stands for, so that a commit is always baked upon the
/// same image, whatever its tag names meanwhile.
/// </summary>
/// <param name="Bases">The digest of the manifest or index of each reference, as <c>ContainerBaseImage</c> has it.</param>
public sealed record BaseLock(ImmutableSortedDictionary<string, Digest> Bases)
{
    /// <summary>The file's name, in the project's directory.</summary>
    public const string FileName = "immutable.lock.json";

    private const int Schema = 1;
    private const long LongestFile = 1024 * 1024;

    private static readonly BaseLock s_none = new(ImmutableSortedDictionary.Create<string, Digest>(StringComparer.Ordinal));

    /// <summary>Reads it; without entries where there is no file, or <paramref name="path"/> is null. IMB2020 for a damaged one.</summary>
    public static async Task<BaseLock> ReadAsync(string? path, CancellationToken cancellationToken)
    {
        if (path is null || !File.Exists(path))
        {
            return s_none;
        }

        try
        {
            await using var file = File.OpenRead(path);
            if (file.Length > LongestFile)
            {
                throw BakeErrors.LockInvalid(path, $"it has {file.Length} bytes, at most {LongestFile} were expected");
            }

            var form = await JsonSerializer.DeserializeAsync(file, BaseLockJson.Default.BaseLockForm, cancellationToken);
            return form is { Schema: Schema, Bases: { } bases }
                ? new BaseLock(bases.ToImmutableSortedDictionary(entry => entry.Key, entry => Digest.Parse(entry.Value ?? ""), StringComparer.Ordinal))
                : throw BakeErrors.LockInvalid(path, $"it is not of schema {Schema}");
        }
        catch (Exception fault) when (fault is JsonException or FormatException or IOException or UnauthorizedAccessException)
        {
            throw BakeErrors.LockInvalid(path, fault.Message, fault);
        }
    }

    /// <summary>The digest a reference is pinned to; null when it isn't.</summary>
    public Digest? Find(string reference) => Bases.TryGetValue(reference, out var digest) ? digest : null;

    /// <summary>Writes it, whole or not at all. IMB2014 when that fails.</summary>
    public void Write(string path)
    {
        try
        {
            var form = new BaseLockForm(Schema, Bases.ToDictionary(entry => entry.Key, entry => (string?)entry.Value.ToString(), StringComparer.Ordinal));
            AtomicFile.Write(path, [.. JsonSerializer.SerializeToUtf8Bytes(form, BaseLockJson.Default.BaseLockForm), (byte)'\n']);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw BakeErrors.WriteFailed(path, fault);
        }
    }
}

/// <summary>The file's form.</summary>
internal sealed record BaseLockForm(int Schema, Dictionary<string, string?>? Bases);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, NewLine = "\n", AllowDuplicateProperties = false)]
[JsonSerializable(typeof(BaseLockForm))]
internal sealed partial class BaseLockJson : JsonSerializerContext;
