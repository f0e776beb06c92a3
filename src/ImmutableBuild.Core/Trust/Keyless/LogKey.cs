using System.Security.Cryptography;
using System.Text.Json;
using ImmutableBuild.Trust.Signatures;

namespace ImmutableBuild.Trust.Keyless;

/// <summary>The public key of a log, of entries or of certificates.</summary>
/// <param name="Id">Base64 of the log's id, the SHA-256 of the key.</param>
/// <param name="Spki">The SubjectPublicKeyInfo, DER.</param>
/// <param name="Validity">When it counts.</param>
internal sealed record LogKey(string Id, byte[] Spki, Validity Validity)
{
    /// <summary>Reads a member of <c>tlogs</c> or <c>ctlogs</c>. Throws <see cref="FormatException"/>.</summary>
    public static LogKey Read(JsonElement log)
    {
        var key = log.At("publicKey");
        var spki = SignedJson.Base64(key.TextOf("rawBytes"), "a log's key");
        return new LogKey(log.At("logId").TextOf("keyId") ?? Convert.ToBase64String(SHA256.HashData(spki)), spki, Validity.Read(key.At("validFor")));
    }

    /// <summary>Whether <paramref name="signature"/> is this log's, ECDSA over SHA-256 of <paramref name="data"/>. False for keys of other kinds. Never throws.</summary>
    public bool Verifies(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        using var key = ECDsa.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(Spki, out _);
            return key.VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (Exception fault) when (fault is CryptographicException or PlatformNotSupportedException)
        {
            return false;
        }
    }
}
