using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ImmutableBuild.Releases;

/// <summary>A full git commit id: 40 (SHA-1) or 64 (SHA-256) lower-case hex digits. It is the image's tag.</summary>
[JsonConverter(typeof(CommitShaJsonConverter))]
public readonly record struct CommitSha
{
    private readonly string? _hex;

    private CommitSha(string hex) => _hex = hex;

    /// <summary>The first 12 digits, as used in a generation id.</summary>
    public string Abbreviated => ToString()[..12];

    /// <summary>Parses a full commit id; throws <see cref="FormatException"/> on anything else.</summary>
    public static CommitSha Parse(string text) => TryParse(text, out var sha)
        ? sha
        : throw new FormatException($"Expected a full commit id of 40 or 64 lower-case hex digits, found '{text}'.");

    /// <summary>Parses a full commit id.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out CommitSha sha)
    {
        var valid = text is { Length: 40 or 64 } && text.All(char.IsAsciiHexDigitLower);
        sha = valid ? new CommitSha(text!) : default;
        return valid;
    }

    /// <inheritdoc/>
    public override string ToString() => _hex ?? throw new InvalidOperationException("This commit id was never set.");
}

/// <summary>Writes a <see cref="CommitSha"/> as its text form.</summary>
public sealed class CommitShaJsonConverter : JsonConverter<CommitSha>
{
    /// <inheritdoc/>
    public override CommitSha Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        CommitSha.TryParse(reader.GetString(), out var sha) ? sha : throw new JsonException("Not a full commit id.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, CommitSha value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
