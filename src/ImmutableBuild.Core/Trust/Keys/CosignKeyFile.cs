using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Org.BouncyCastle.Crypto.Generators;

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

    private const int SaltLength = 32;
    private const int NonceLength = 24;
    private const int KeyLength = 32;

    // Exactly the sets that cosign accepts: a file must not choose how much memory and time opening it costs.
    private static readonly CosignScrypt[] AllowedParameters = [new(32768, 8, 1), new(65536, 8, 1), new(131072, 8, 1)];

    // cosign's own choice, which its older versions take too.
    private static readonly CosignScrypt WrittenParameters = new(65536, 8, 1);

    // Go escapes no '+', and what cosign writes is what its users compare with.
    private static readonly CosignKeyJsonContext AsGo = new(new JsonSerializerOptions(CosignKeyJsonContext.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>Makes the PEM file of a key in PKCS#8 DER; cosign allows an empty password.</summary>
    public static string Write(ReadOnlySpan<byte> key, ReadOnlySpan<byte> password)
    {
        var (salt, nonce) = (RandomNumberGenerator.GetBytes(SaltLength), RandomNumberGenerator.GetBytes(NonceLength));
        var boxKey = Derive(password, salt, WrittenParameters);
        var file = new CosignKeyJson(new CosignKdf("scrypt", WrittenParameters, salt), new CosignCipher("nacl/secretbox", nonce), SecretBox.Seal(key, boxKey, nonce));
        CryptographicOperations.ZeroMemory(boxKey);
        return PemEncoding.WriteString(Label, JsonSerializer.SerializeToUtf8Bytes(file, AsGo.CosignKeyJson)) + "\n";
    }

    /// <summary>Opens the key: PKCS#8 DER, or null for a wrong password. Throws <see cref="FormatException"/> for a file of another form.</summary>
    public static byte[]? Open(ReadOnlySpan<byte> json, ReadOnlySpan<byte> password)
    {
        var file = Parse(json);
        if (file.Kdf.Name != "scrypt" || file.Cipher.Name != "nacl/secretbox")
        {
            throw new FormatException("expected kdf 'scrypt' and cipher 'nacl/secretbox'");
        }

        var parameters = file.Kdf.Params;
        if (!AllowedParameters.Contains(parameters))
        {
            throw new FormatException($"unsupported scrypt parameters N={parameters.N}, r={parameters.R}, p={parameters.P}");
        }

        if (file.Kdf.Salt.Length != SaltLength || file.Cipher.Nonce.Length != NonceLength)
        {
            throw new FormatException($"expected a salt of {SaltLength} and a nonce of {NonceLength} bytes");
        }

        var key = Derive(password, file.Kdf.Salt, parameters);
        try
        {
            return SecretBox.Open(file.Ciphertext, key, file.Cipher.Nonce);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static byte[] Derive(ReadOnlySpan<byte> password, byte[] salt, CosignScrypt parameters) =>
        SCrypt.Generate(password.ToArray(), salt, parameters.N, parameters.R, parameters.P, KeyLength);

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
