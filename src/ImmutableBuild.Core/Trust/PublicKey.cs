using System.Formats.Asn1;
using System.Security.Cryptography;

namespace ImmutableBuild.Trust;

/// <summary>An ECDSA P-256 public key, known by the hash of its SubjectPublicKeyInfo (RFC 5480).</summary>
public sealed class PublicKey : IEquatable<PublicKey>
{
    private const string P256 = "1.2.840.10045.3.1.7";

    private readonly byte[] _spki;

    private PublicKey(byte[] spki)
    {
        _spki = spki;
        KeyId = Convert.ToBase64String(SHA256.HashData(spki));
        Pem = PemEncoding.WriteString("PUBLIC KEY", spki) + "\n";
    }

    /// <summary>Base64 of the SHA-256 of the SubjectPublicKeyInfo; Sigstore bundles call it the key's hint.</summary>
    public string KeyId { get; }

    /// <summary>The SubjectPublicKeyInfo as PEM, byte for byte as cosign writes <c>cosign.pub</c>.</summary>
    public string Pem { get; }

    /// <summary>The SubjectPublicKeyInfo in DER.</summary>
    public ReadOnlyMemory<byte> SubjectPublicKeyInfo => _spki;

    /// <summary>The public half of <paramref name="key"/>; throws <see cref="FormatException"/> when its curve is not P-256.</summary>
    public static PublicKey Of(ECDsa key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return IsP256(key) ? new PublicKey(key.ExportSubjectPublicKeyInfo()) : throw new FormatException("its curve is not P-256");
    }

    /// <summary>Reads SubjectPublicKeyInfo PEM; throws <see cref="FormatException"/> for anything else, or another curve.</summary>
    public static PublicKey Parse(string pem)
    {
        using var key = ECDsa.Create();
        try
        {
            var fields = PemEncoding.Find(pem);
            if (pem.AsSpan()[fields.Label] is not "PUBLIC KEY")
            {
                throw new FormatException($"expected a PEM block 'PUBLIC KEY', found '{pem[fields.Label]}'");
            }

            key.ImportSubjectPublicKeyInfo(Convert.FromBase64String(pem[fields.Base64Data]), out _);
        }
        catch (Exception fault) when (fault is ArgumentException or CryptographicException or PlatformNotSupportedException)
        {
            throw new FormatException("it is not a public key as PEM", fault);
        }

        return Of(key);
    }

    /// <summary>Reads a SubjectPublicKeyInfo in DER; throws <see cref="FormatException"/> for anything else, or another curve.</summary>
    public static PublicKey FromSubjectPublicKeyInfo(ReadOnlySpan<byte> der)
    {
        using var key = ECDsa.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(der, out _);
        }
        catch (Exception fault) when (fault is CryptographicException or PlatformNotSupportedException)
        {
            throw new FormatException("it is not the public key of an elliptic curve", fault);
        }

        return Of(key);
    }

    /// <summary>Whether <paramref name="signature"/>, strict DER, is this key's signature over <paramref name="data"/>. Never throws.</summary>
    public bool Verifies(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        if (!IsStrictDer(signature.ToArray()))
        {
            return false;
        }

        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(_spki, out _);
        return key.VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }

    /// <inheritdoc/>
    public bool Equals(PublicKey? other) => other is not null && _spki.AsSpan().SequenceEqual(other._spki);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PublicKey);

    /// <inheritdoc/>
    public override int GetHashCode() => KeyId.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => KeyId;

    private static bool IsP256(ECDsa key)
    {
        var curve = key.ExportParameters(includePrivateParameters: false).Curve;
        return curve.IsNamed && (curve.Oid.Value == P256 || curve.Oid.FriendlyName is "nistP256" or "ECDSA_P256");
    }

    // Two encodings of one signature would let a copy pass as another one: exactly SEQUENCE { INTEGER, INTEGER }, nothing after it.
    private static bool IsStrictDer(byte[] signature)
    {
        try
        {
            var reader = new AsnReader(signature, AsnEncodingRules.DER);
            var pair = reader.ReadSequence();
            var positive = pair.ReadInteger().Sign > 0 && pair.ReadInteger().Sign > 0;
            return positive && !pair.HasData && !reader.HasData;
        }
        catch (AsnContentException)
        {
            return false;
        }
    }
}
