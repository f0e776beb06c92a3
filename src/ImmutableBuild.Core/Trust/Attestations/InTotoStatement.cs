using System.Collections.Immutable;
using System.Text.Json;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Trust.Signatures;

namespace ImmutableBuild.Trust.Attestations;

/// <summary>What something is said about.</summary>
/// <param name="Name">What it is called, for people; null for none.</param>
/// <param name="Digest">The digest of the image's manifest.</param>
/// <param name="Annotations">Facts beside it, by name.</param>
internal sealed record StatementSubject(string? Name, Digest Digest, ImmutableSortedDictionary<string, string> Annotations);

/// <summary>What is said (in-toto attestation framework, Statement v1).</summary>
/// <param name="Subjects">What it is said about.</param>
/// <param name="PredicateType">What kind of thing is said.</param>
/// <param name="Predicate">What is said; undefined for nothing.</param>
internal sealed record InTotoStatement(ImmutableArray<StatementSubject> Subjects, string PredicateType, JsonElement Predicate)
{
    private const string Type = "https://in-toto.io/Statement/v1";

    // cosign 2 still writes the version before, which differs in nothing else.
    private const string EarlierType = "https://in-toto.io/Statement/v0.1";

    /// <summary>The bytes to sign.</summary>
    /// <param name="subject">What it is about.</param>
    /// <param name="predicateType">What kind of thing is said.</param>
    /// <param name="predicate">Writes what is said, one object.</param>
    public static byte[] Write(StatementSubject subject, string predicateType, Action<Utf8JsonWriter> predicate) => SignedJson.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("_type", Type);
        json.WriteStartArray("subject");
        WriteSubject(json, subject);
        json.WriteEndArray();
        json.WriteString("predicateType", predicateType);
        json.WritePropertyName("predicate");
        predicate(json);
        json.WriteEndObject();
    });

    /// <summary>Reads a statement strictly. Throws <see cref="FormatException"/>.</summary>
    public static InTotoStatement Parse(ReadOnlyMemory<byte> bytes) => SignedJson.Read(bytes, "the statement", root =>
    {
        root.RequireOnly("the statement", "_type", "subject", "predicateType", "predicate");
        var type = root.GetProperty("_type").GetString() ?? "";
        return type is Type or EarlierType
            ? new InTotoStatement(
                [.. root.GetProperty("subject").EnumerateArray().Select(ReadSubject)],
                root.GetProperty("predicateType").GetString() ?? "",
                root.TryGetProperty("predicate", out var predicate) ? predicate.Clone() : default)
            : throw new FormatException($"the statement is of the type '{PrintableText.Of(type)}', not '{Type}'");
    });

    /// <summary>Why it isn't about <paramref name="image"/> and nothing else; null when it is.</summary>
    public string? FindOtherSubject(Digest image) =>
        Subjects.IsEmpty ? "it is about nothing"
        : Subjects.FirstOrDefault(subject => subject.Digest != image) is { } other ? $"it is about {other.Digest}"
        : null;

    private static void WriteSubject(Utf8JsonWriter json, StatementSubject subject)
    {
        json.WriteStartObject();
        if (subject.Name is { } name)
        {
            json.WriteString("name", name);
        }

        json.WriteStartObject("digest");
        json.WriteString("sha256", subject.Digest.Hex);
        json.WriteEndObject();
        if (!subject.Annotations.IsEmpty)
        {
            json.WriteStartObject("annotations");
            foreach (var (key, value) in subject.Annotations)
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static StatementSubject ReadSubject(JsonElement subject)
    {
        subject.RequireOnly("a subject of the statement", "name", "digest", "annotations");
        return Digest.TryParse($"sha256:{subject.GetProperty("digest").TextOf("sha256")}", out var digest)
            ? new StatementSubject(subject.TextOf("name"), digest, SignedFacts.Read(subject.At("annotations")))
            : throw new FormatException("a subject of the statement has no SHA-256 digest");
    }
}
