using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Trust.Keys;

/// <summary>A list of trusted keys with their times, as JSON (docs/keys.md); the keys' files are named relative to it.</summary>
internal static class TrustedKeyList
{
    /// <summary>What tells a list from a key.</summary>
    public const string Extension = ".json";

    private const int Schema = 1;
    private const int MostKeys = 100;

    /// <summary>Reads the list and its keys; throws IMB4002 or IMB4003 for a file, IMB4023 for the list.</summary>
    public static ImmutableArray<TrustedKey> Read(string path)
    {
        var text = KeyFile.Read(path).Text;
        try
        {
            var form = JsonSerializer.Deserialize(text, TrustedKeyListJson.Default.TrustedKeyListForm);
            return form is { Schema: Schema, Keys.Length: > 0 and <= MostKeys }
                ? [.. form.Keys.Select(entry => Read(entry ?? throw new FormatException("a key is null"), path))]
                : throw new FormatException($"expected \"schema\": {Schema} and 1 to {MostKeys} keys");
        }
        catch (Exception fault) when (fault is JsonException or FormatException)
        {
            throw KeyErrors.TrustedKeysMalformed(path, fault.Message, fault);
        }
    }

    private static TrustedKey Read(TrustedKeyForm entry, string list)
    {
        var (notBefore, notAfter) = (Time(entry.NotBefore), Time(entry.NotAfter));
        return notAfter < notBefore
            ? throw new FormatException($"{entry.File} would end ({entry.NotAfter}) before it begins ({entry.NotBefore})")
            : new TrustedKey(KeyFile.Read(Path.GetFullPath(entry.File, Path.GetDirectoryName(list)!)).ParsePublic(), $"{entry.File} in {list}")
            {
                NotBefore = notBefore,
                NotAfter = notAfter,
                Revoked = entry.Revoked is not { } why ? null : !string.IsNullOrWhiteSpace(why) ? why : throw new FormatException($"{entry.File} is revoked without a reason"),
            };
    }

    // With its offset, or two machines would take it for two times.
    private static DateTimeOffset? Time(string? text) =>
        text is null ? null
        : DateTimeOffset.TryParseExact(text, ["yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:sszzz"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time
        : throw new FormatException($"'{text}' is no time like 2027-01-31T00:00:00Z");
}

internal sealed record TrustedKeyListForm(int Schema, ImmutableArray<TrustedKeyForm?> Keys);

internal sealed record TrustedKeyForm(string File, string? NotBefore = null, string? NotAfter = null, string? Revoked = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(TrustedKeyListForm))]
internal sealed partial class TrustedKeyListJson : JsonSerializerContext;
