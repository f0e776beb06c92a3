using System.Collections.Immutable;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ImmutableBuild.Trust.Keyless;

/// <summary>A timestamp authority's word that a signature was there at a time (RFC 3161, within CMS, RFC 5652).</summary>
internal static class SignedTimestamp
{
    private const string SignedData = "1.2.840.113549.1.7.2";
    private const string TimestampInfo = "1.2.840.113549.1.9.16.1.4";
    private const string ContentType = "1.2.840.113549.1.9.3";
    private const string MessageDigest = "1.2.840.113549.1.9.4";
    private const string ForTimestamps = "1.3.6.1.5.5.7.3.8";

    private static readonly Asn1Tag Zero = new(TagClass.ContextSpecific, 0, isConstructed: true);
    private static readonly Asn1Tag One = new(TagClass.ContextSpecific, 1, isConstructed: true);

    /// <summary>The time at which one of <paramref name="authorities"/> saw <paramref name="signature"/>. Throws <see cref="FormatException"/> when none has.</summary>
    public static DateTimeOffset Require(byte[] response, ReadOnlySpan<byte> signature, ImmutableArray<RootAuthority> authorities)
    {
        try
        {
            var token = Token.Read(response);
            var (time, imprint, algorithm) = ReadInfo(token.Info);
            return !imprint.AsSpan().SequenceEqual(CryptographicOperations.HashData(algorithm, signature)) ? throw new FormatException("its timestamp is of another signature")
                : authorities.Any(authority => IsBy(authority, token, time)) ? time
                : throw new FormatException("its timestamp is by no authority of the trusted root");
        }
        catch (Exception fault) when (fault is AsnContentException or CryptographicException)
        {
            throw new FormatException("its timestamp is malformed", fault);
        }
    }

    private static bool IsBy(RootAuthority authority, Token token, DateTimeOffset time)
    {
        using var leaf = X509CertificateLoader.LoadCertificate(authority.Certificates[0]);
        using var issuer = authority.FindIssuer(leaf, time, ForTimestamps);
        using var key = leaf.GetECDsaPublicKey();
        using var rsa = leaf.GetRSAPublicKey();
        return issuer is not null && (key?.VerifyData(token.Attributes, token.Signature, token.Algorithm, DSASignatureFormat.Rfc3279DerSequence)
            ?? rsa?.VerifyData(token.Attributes, token.Signature, token.Algorithm, RSASignaturePadding.Pkcs1) ?? false);
    }

    private static (DateTimeOffset Time, byte[] Imprint, HashAlgorithmName Algorithm) ReadInfo(byte[] content)
    {
        var info = new AsnReader(content, AsnEncodingRules.BER).ReadSequence();
        info.ReadInteger();
        info.ReadObjectIdentifier();
        var imprint = info.ReadSequence();
        var algorithm = ReadHash(imprint);
        var hash = imprint.ReadOctetString();
        info.ReadInteger();
        return (info.ReadGeneralizedTime(), hash, algorithm);
    }

    private static HashAlgorithmName ReadHash(AsnReader reader) => reader.ReadSequence().ReadObjectIdentifier() switch
    {
        "2.16.840.1.101.3.4.2.1" => HashAlgorithmName.SHA256,
        "2.16.840.1.101.3.4.2.2" => HashAlgorithmName.SHA384,
        "2.16.840.1.101.3.4.2.3" => HashAlgorithmName.SHA512,
        var other => throw new FormatException($"its timestamp hashes by {other}"),
    };

    /// <summary>What of the token counts.</summary>
    /// <param name="Info">The timestamp.</param>
    /// <param name="Attributes">What is signed: attributes, the hash of the timestamp among them.</param>
    /// <param name="Signature">The signature.</param>
    /// <param name="Algorithm">Its hash.</param>
    private sealed record Token(byte[] Info, byte[] Attributes, byte[] Signature, HashAlgorithmName Algorithm)
    {
        public static Token Read(byte[] response)
        {
            var reply = new AsnReader(response, AsnEncodingRules.BER).ReadSequence();
            if (reply.ReadSequence().ReadInteger() > 1)
            {
                throw new FormatException("its timestamp was not granted");
            }

            var content = reply.ReadSequence();
            RequireType(content.ReadObjectIdentifier(), SignedData);
            var data = content.ReadSequence(Zero).ReadSequence();
            data.ReadInteger();
            data.ReadSetOf();
            var inner = data.ReadSequence();
            RequireType(inner.ReadObjectIdentifier(), TimestampInfo);
            var info = inner.ReadSequence(Zero).ReadOctetString();
            while (data.PeekTag() is var tag && (tag.HasSameClassAndValue(Zero) || tag.HasSameClassAndValue(One)))
            {
                // Certificates that it brings along, and lists of revoked ones: the trusted root's count.
                data.ReadEncodedValue();
            }

            return ReadSigner(data.ReadSetOf().ReadSequence(), info);
        }

        private static Token ReadSigner(AsnReader signer, byte[] info)
        {
            signer.ReadInteger();
            signer.ReadEncodedValue();
            var algorithm = ReadHash(signer);

            // Signed as the set that it is, not as the tagged member it stands for here (RFC 5652, 5.4).
            var attributes = signer.ReadEncodedValue().ToArray();
            attributes[0] = 0x31;
            RequireAttributes(new AsnReader(attributes, AsnEncodingRules.BER).ReadSetOf(), CryptographicOperations.HashData(algorithm, info));
            signer.ReadEncodedValue();
            return new Token(info, attributes, signer.ReadOctetString(), algorithm);
        }

        private static void RequireAttributes(AsnReader attributes, byte[] hash)
        {
            var (isTimestamp, isThis) = (false, false);
            while (attributes.HasData)
            {
                var attribute = attributes.ReadSequence();
                var type = attribute.ReadObjectIdentifier();
                var values = attribute.ReadSetOf();
                isTimestamp |= type == ContentType && values.ReadObjectIdentifier() == TimestampInfo;
                isThis |= type == MessageDigest && values.ReadOctetString().AsSpan().SequenceEqual(hash);
            }

            if (!isTimestamp || !isThis)
            {
                throw new FormatException("its timestamp's signature is over something else");
            }
        }

        private static void RequireType(string found, string wanted)
        {
            if (found != wanted)
            {
                throw new FormatException("its timestamp is something else");
            }
        }
    }
}
