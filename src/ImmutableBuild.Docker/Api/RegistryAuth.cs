using System.Text.Json;
using System.Text.Json.Serialization;
using ImmutableBuild.Registries;

namespace ImmutableBuild.Docker.Api;

/// <summary>A registry's credential as the engine takes it. Prints as redacted.</summary>
internal sealed record RegistryAuth(
    [property: JsonPropertyName("username"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? User,
    [property: JsonPropertyName("password"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Password,
    [property: JsonPropertyName("serveraddress")] string Server,
    [property: JsonPropertyName("identitytoken"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? IdentityToken = null)
{
    /// <summary>The value of <c>X-Registry-Auth</c> for a pull of <paramref name="reference"/>; null without a credential.</summary>
    public static string? Header(string reference, RegistryCredential? credential) => credential is null
        ? null
        : Encode(JsonSerializer.SerializeToUtf8Bytes(Of(credential, reference.Split('/')[0]), DockerJson.Default.RegistryAuth));

    /// <summary>The value of <c>X-Registry-Config</c> for a build that may pull from these registries; null without credentials.</summary>
    public static string? Header(IReadOnlyDictionary<string, RegistryCredential> credentials) => credentials.Count == 0
        ? null
        : Encode(JsonSerializer.SerializeToUtf8Bytes(
            new SortedDictionary<string, RegistryAuth>(credentials.ToDictionary(pair => pair.Key, pair => Of(pair.Value, pair.Key)), StringComparer.Ordinal), DockerJson.Default.SortedDictionaryStringRegistryAuth));

    // The engine's decoder wants the padding, and passes over a header that lacks it without a word.
    private static string Encode(byte[] json) => Convert.ToBase64String(json).Replace('+', '-').Replace('/', '_');

    private static RegistryAuth Of(RegistryCredential credential, string server) => credential.IsIdentityToken
        ? new RegistryAuth(null, null, server, credential.Password)
        : new RegistryAuth(credential.User, credential.Password, server);

    /// <inheritdoc/>
    public override string ToString() => $"{User}:<redacted>";
}
