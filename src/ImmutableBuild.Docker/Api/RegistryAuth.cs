using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using ImmutableBuild.Registries;

namespace ImmutableBuild.Docker.Api;

/// <summary>A registry's credential as the engine takes it. Prints as redacted.</summary>
internal sealed record RegistryAuth(
    [property: JsonPropertyName("username")] string User,
    [property: JsonPropertyName("password")] string Password,
    [property: JsonPropertyName("serveraddress")] string Server)
{
    /// <summary>The value of <c>X-Registry-Auth</c> for a pull of <paramref name="reference"/>; null without a credential.</summary>
    public static string? Header(string reference, RegistryCredential? credential) => credential is null
        ? null
        : Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(new RegistryAuth(credential.User, credential.Password, reference.Split('/')[0]), DockerJson.Default.RegistryAuth));

    /// <inheritdoc/>
    public override string ToString() => $"{User}:<redacted>";
}
