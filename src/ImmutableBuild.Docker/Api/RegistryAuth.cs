using System.Buffers.Text;
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
        : Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(Of(credential, reference.Split('/')[0]), DockerJson.Default.RegistryAuth));

    private static RegistryAuth Of(RegistryCredential credential, string server) => credential.IsIdentityToken
        ? new RegistryAuth(null, null, server, credential.Password)
        : new RegistryAuth(credential.User, credential.Password, server);

    /// <inheritdoc/>
    public override string ToString() => $"{User}:<redacted>";
}
