using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using ImmutableBuild.Images;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Generations;

/// <summary>
/// The derived name of a generation, <c>&lt;commit12&gt;-&lt;hash8&gt;</c>: the hash is over image digest and runtime
/// configuration, so the same image and configuration always make the same generation.
/// </summary>
[JsonConverter(typeof(GenerationIdJsonConverter))]
public readonly record struct GenerationId
{
    private readonly string? _text;

    private GenerationId(string text) => _text = text;

    /// <summary>Derives the id of the generation that runs <paramref name="image"/> with <paramref name="configuration"/>.</summary>
    public static GenerationId Derive(CommitSha commit, Digest image, RuntimeConfiguration configuration)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(System.Text.Encoding.ASCII.GetBytes(image.ToString()));
        hash.AppendData(configuration.ToCanonicalJson());
        return new GenerationId($"{commit.Abbreviated}-{Convert.ToHexStringLower(hash.GetHashAndReset())[..8]}");
    }

    /// <summary>Parses the text form; throws <see cref="FormatException"/> on anything else.</summary>
    public static GenerationId Parse(string text) => TryParse(text, out var id)
        ? id
        : throw new FormatException($"Expected a generation id like '0123456789ab-01234567', found '{text}'.");

    /// <summary>Parses the text form.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out GenerationId id)
    {
        var valid = text is { Length: 21 } && text[12] == '-'
            && text.Where((_, index) => index != 12).All(char.IsAsciiHexDigitLower);
        id = valid ? new GenerationId(text!) : default;
        return valid;
    }

    /// <inheritdoc/>
    public override string ToString() => _text ?? throw new InvalidOperationException("This generation id was never set.");
}

/// <summary>Writes a <see cref="GenerationId"/> as its text form, also as a property name.</summary>
public sealed class GenerationIdJsonConverter : JsonConverter<GenerationId>
{
    /// <inheritdoc/>
    public override GenerationId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        GenerationId.TryParse(reader.GetString(), out var id) ? id : throw new JsonException("Not a generation id.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, GenerationId value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());

    /// <inheritdoc/>
    public override GenerationId ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Read(ref reader, typeToConvert, options);

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, GenerationId value, JsonSerializerOptions options) => writer.WritePropertyName(value.ToString());
}
