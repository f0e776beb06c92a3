using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;

namespace ImmutableBuild.Trust.Signatures;

/// <summary>
/// What a signature says (cosign, SIGNATURE_SPEC, "Simple Signing"; containers/image, containers-signature(5)): this manifest, in this
/// repository, with these facts. The bytes are signed as they are, so they are written exactly as cosign writes them.
/// </summary>
/// <param name="Repository">The repository with its registry, without tag or digest.</param>
/// <param name="Image">The digest of the image's manifest.</param>
/// <param name="Annotations">Facts beside it, by name; the commit among them, so that an old image can't pass for a newer one.</param>
internal sealed record SimpleSigning(string Repository, Digest Image, ImmutableSortedDictionary<string, string> Annotations)
{
    /// <summary>The media type of the payload's layer.</summary>
    public const string MediaType = "application/vnd.dev.cosign.simplesigning.v1+json";

    /// <summary>The annotation that holds the commit.</summary>
    public const string GitSha = "gitSha";

    private const string Type = "cosign container image signature";

    private static readonly JsonWriterOptions AsGoWrites = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    /// <summary>A registry's name as cosign writes it: Docker Hub by its old name, and with <c>library/</c> for its own images.</summary>
    public static string NameOf(string repository) => !repository.StartsWith("docker.io/", StringComparison.Ordinal) ? repository
        : repository.Count(letter => letter == '/') > 1 ? $"index.{repository}"
        : $"index.docker.io/library/{repository["docker.io/".Length..]}";

    /// <summary>The bytes to sign.</summary>
    public byte[] ToBytes()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, AsGoWrites))
        {
            json.WriteStartObject();
            json.WriteStartObject("critical");
            json.WriteStartObject("identity");
            json.WriteString("docker-reference", Repository);
            json.WriteEndObject();
            json.WriteStartObject("image");
            json.WriteString("docker-manifest-digest", Image.ToString());
            json.WriteEndObject();
            json.WriteString("type", Type);
            json.WriteEndObject();
            WriteAnnotations(json);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    /// <summary>
    /// Reads a payload strictly: no member twice, none in another case, none that isn't known, nothing around it. Two readers must
    /// not take one payload for two things. Throws <see cref="FormatException"/>.
    /// </summary>
    public static SimpleSigning Parse(ReadOnlyMemory<byte> payload)
    {
        if (payload.Span is not [(byte)'{', .., (byte)'}'])
        {
            throw new FormatException("the payload has something around its JSON object");
        }

        try
        {
            using var document = JsonDocument.Parse(payload, Strict);
            var root = document.RootElement;
            RequireOnly(root, "critical", "optional");
            var critical = root.GetProperty("critical");
            RequireOnly(critical, "identity", "image", "type");
            RequireOnly(critical.GetProperty("identity"), "docker-reference");
            RequireOnly(critical.GetProperty("image"), "docker-manifest-digest");
            return critical.GetProperty("type").GetString() == Type
                ? new SimpleSigning(
                    critical.GetProperty("identity").GetProperty("docker-reference").GetString() ?? "",
                    Digest.Parse(critical.GetProperty("image").GetProperty("docker-manifest-digest").GetString() ?? ""),
                    ReadAnnotations(root.GetProperty("optional")))
                : throw new FormatException($"the payload's type is not '{Type}'");
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new FormatException($"the payload is malformed: {fault.Message}", fault);
        }
    }

    private void WriteAnnotations(Utf8JsonWriter json)
    {
        if (Annotations.IsEmpty)
        {
            json.WriteNull("optional");
            return;
        }

        json.WriteStartObject("optional");
        foreach (var (name, value) in Annotations)
        {
            json.WriteString(name, value);
        }

        json.WriteEndObject();
    }

    // What is no text can't be one of our facts; whoever signs with cosign may add others.
    private static ImmutableSortedDictionary<string, string> ReadAnnotations(JsonElement optional)
    {
        if (optional.ValueKind == JsonValueKind.Null)
        {
            return OciAnnotations.None;
        }

        var members = optional.EnumerateObject().ToArray();
        return members.Any(member => member.Name != GitSha && member.Name.Equals(GitSha, StringComparison.OrdinalIgnoreCase))
            ? throw new FormatException($"the payload spells '{GitSha}' in another case")
            : members.Where(member => member.Value.ValueKind == JsonValueKind.String).ToImmutableSortedDictionary(member => member.Name, member => member.Value.GetString()!, StringComparer.Ordinal);
    }

    private static void RequireOnly(JsonElement element, params ReadOnlySpan<string> names)
    {
        foreach (var member in element.EnumerateObject())
        {
            if (!names.Contains(member.Name))
            {
                throw new FormatException($"the payload has the member '{PrintableText.Of(member.Name)}', which is not expected there");
            }
        }
    }
}
