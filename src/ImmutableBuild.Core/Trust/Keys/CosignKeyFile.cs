using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ImmutableBuild.Trust.Keys;

/// <summary>
/// cosign's encrypted private key: JSON that names scrypt parameters, a nonce and a secretbox around a PKCS#8 key
/// (go-securesystemslib, package <c>encrypted</c>).
/// </summary>
internal static class CosignKeyFile
{
    /// <summary>The label of the PEM block cosign writes.</summary>
    public const string Label = "ENCRYPTED SIGSTORE PRIVATE KEY";

    /// <summary>The label of older versions.</summary>
    public const string LegacyLabel = "ENCRYPTED COSIGN PRIVATE KEY";

    // Exactly the sets that cosign accepts: a file must not choose how much memory and time opening it costs.
    private static readonly (int N, int R, int P)[] AllowedParameters = [(32768, 8, 1), (65536, 8, 1), (131072, 8, 1)];

    /// <summary>Opens the key: PKCS#8 DER, or null for a wrong password. Throws <see cref="FormatException"/> for a file of another form.</summary>
    public static byte[]? Open(ReadOnlySpan<byte> json, ReadOnlySpan<byte> password)
    {
        var file = Parse(json);
        if (file.Kdf.Name != "scrypt" || file.Cipher.Name != "nacl/secretbox")
        {
            throw new FormatException("expected kdf 'scrypt' and cipher 'nacl/secretbox'");
        }

        var parameters = file.Kdf.Params;
        if (!AllowedParameters.Contains((parameters.N, parameters.R, parameters.P)))
        {
            throw new FormatException($"unsupported scrypt parameters N={parameters.N}, r={parameters.R}, p={parameters.P}");
        }

        if (file.Kdf.Salt.Length != 32 || file.Cipher.Nonce.Length != 24)
        {
            throw new FormatException("expected a salt of 32 and a nonce of 24 bytes");
        }

        var key = Scrypt.DeriveKey(password, file.Kdf.Salt, parameters.N, parameters.R, parameters.P, 32);
        try
        {
            return SecretBox.Open(file.Ciphertext, key, file.Cipher.Nonce);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static CosignKeyJson Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, CosignKeyJsonContext.Default.CosignKeyJson) ?? throw new FormatException("the key file holds 'null'");
        }
        catch (JsonException fault)
        {
            throw new FormatException("its content is not the JSON of a cosign key", fault);
        }
    }
}

internal sealed record CosignKeyJson(CosignKdf Kdf, CosignCipher Cipher, byte[] Ciphertext);

internal sealed record CosignKdf(string Name, CosignScrypt Params, byte[] Salt);

internal sealed record CosignScrypt([property: JsonPropertyName("N")] int N, int R, int P);

internal sealed record CosignCipher(string Name, byte[] Nonce);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(CosignKeyJson))]
internal sealed partial class CosignKeyJsonContext : JsonSerializerContext;
