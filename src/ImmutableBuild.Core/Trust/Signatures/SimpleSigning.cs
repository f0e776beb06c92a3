using System.Collections.Immutable;
using System.Text.Json;
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

    private const string Type = "cosign container image signature";

    /// <summary>A registry's name as cosign writes it: Docker Hub by its old name, and with <c>library/</c> for its own images.</summary>
    public static string NameOf(string repository) => !repository.StartsWith("docker.io/", StringComparison.Ordinal) ? repository
        : repository.Count(letter => letter == '/') > 1 ? $"index.{repository}"
        : $"index.docker.io/library/{repository["docker.io/".Length..]}";

    /// <summary>The bytes to sign.</summary>
    public byte[] ToBytes() => SignedJson.Write(json =>
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
    });

    /// <summary>
    /// Reads a payload strictly: no member twice, none in another case, none that isn't known, nothing around it. Throws <see cref="FormatException"/>.
    /// </summary>
    public static SimpleSigning Parse(ReadOnlyMemory<byte> payload) => SignedJson.Read(payload, "the payload", root =>
    {
        root.RequireOnly("the payload", "critical", "optional");
        var critical = root.GetProperty("critical");
        critical.RequireOnly("the payload", "identity", "image", "type");
        critical.GetProperty("identity").RequireOnly("the payload", "docker-reference");
        critical.GetProperty("image").RequireOnly("the payload", "docker-manifest-digest");
        return critical.GetProperty("type").GetString() == Type
            ? new SimpleSigning(
                critical.GetProperty("identity").GetProperty("docker-reference").GetString() ?? "",
                Digest.Parse(critical.GetProperty("image").GetProperty("docker-manifest-digest").GetString() ?? ""),
                SignedFacts.Read(root.GetProperty("optional")))
            : throw new FormatException($"the payload's type is not '{Type}'");
    });

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
}
