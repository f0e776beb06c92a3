using System.Buffers.Binary;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ImmutableBuild.Trust.Attestations;
using ImmutableBuild.Trust.Signatures;

namespace ImmutableBuild.Tests.Trust.Keyless;

/// <summary>A Sigstore whose authorities do what a test wants: an authority for certificates, a log of certificates, a log of signatures.</summary>
internal sealed class OwnSigstore : IDisposable
{
    public const string Identity = "https://github.com/me/shop/.github/workflows/release.yml@refs/heads/main";
    public const string Issuer = "https://token.actions.githubusercontent.com";

    private const string PromiseList = "1.3.6.1.4.1.11129.2.4.2";

    private readonly ECDsa _authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP384);
    private readonly ECDsa _certificateLog = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _log = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _authority;

    public OwnSigstore()
    {
        var request = new CertificateRequest("CN=authority", _authorityKey, HashAlgorithmName.SHA384);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        _authority = request.CreateSelfSigned(Now.AddYears(-1), Now.AddYears(1));
    }

    /// <summary>When it signs, unless a test says otherwise.</summary>
    public static DateTimeOffset Now { get; } = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Whom to trust for it; of its parts, <paramref name="without"/> is left out.</summary>
    public byte[] TrustedRoot(string without = "")
    {
        string Key(string list, ECDsa key) => list == without ? "" : $$$$"""
            ,"{{{{list}}}}":[{"hashAlgorithm":"SHA2_256","logId":{"keyId":"{{{{IdOf(key)}}}}"},"publicKey":{"rawBytes":"{{{{Convert.ToBase64String(key.ExportSubjectPublicKeyInfo())}}}}","keyDetails":"PKIX_ECDSA_P256_SHA_256","validFor":{"start":"2026-01-01T00:00:00Z"}}}]
            """.Trim();
        return Encoding.UTF8.GetBytes($$$$"""
            {"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1","certificateAuthorities":[{"certChain":{"certificates":[{"rawBytes":"{{{{Convert.ToBase64String(_authority.RawData)}}}}"}]},"validFor":{"start":"2026-01-01T00:00:00Z"}}]{{{{Key("tlogs", _log)}}}}{{{{Key("ctlogs", _certificateLog)}}}}}
            """.Trim());
    }

    /// <summary>The bundle of a statement that it certified and logged as <paramref name="how"/> says.</summary>
    public string Bundle(byte[] statement, Signing? how = null)
    {
        how ??= new Signing();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var certificate = Issue(key, how);
        var signature = key.SignData(DsseEnvelope.SignedBytesOf(statement), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        var entry = how.Log ? LogEntry(how.Logged(Body(statement, signature, certificate)), how) : "";
        return $$$$"""
            {"mediaType":"{{{{SigstoreBundle.MediaType}}}}","verificationMaterial":{"certificate":{"rawBytes":"{{{{Convert.ToBase64String(certificate)}}}}"},"tlogEntries":[{{{{entry}}}}]},"dsseEnvelope":{"payload":"{{{{Convert.ToBase64String(statement)}}}}","payloadType":"application/vnd.in-toto+json","signatures":[{"sig":"{{{{Convert.ToBase64String(how.Signature(signature))}}}}"}]}}
            """.Trim();
    }

    public void Dispose()
    {
        _authority.Dispose();
        _authorityKey.Dispose();
        _certificateLog.Dispose();
        _log.Dispose();
    }

    private byte[] Issue(ECDsa key, Signing how)
    {
        var request = new CertificateRequest(new X500DistinguishedName(""), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(how.Usage)], false));
        var names = new SubjectAlternativeNameBuilder();
        foreach (var identity in how.Identities)
        {
            names.AddUri(new Uri(identity));
        }

        request.CertificateExtensions.Add(names.Build(critical: true));
        var issuer = new AsnWriter(AsnEncodingRules.DER);
        issuer.WriteCharacterString(UniversalTagNumber.UTF8String, Issuer);
        request.CertificateExtensions.Add(new X509Extension("1.3.6.1.4.1.57264.1.8", issuer.Encode(), false));
        X509Certificate2 Sign() => request.Create(_authority.SubjectName, X509SignatureGenerator.CreateForECDsa(_authorityKey), how.From, how.Until, [1, 2, 3]);

        if (how.Promise)
        {
            using var unpromised = Sign();
            request.CertificateExtensions.Add(new X509Extension(PromiseList, Promise(unpromised, how.PromisedBy ?? _certificateLog), false));
        }

        using var signed = Sign();
        return signed.RawData;
    }

    private byte[] Promise(X509Certificate2 certificate, ECDsa log)
    {
        var body = new AsnReader(certificate.RawData, AsnEncodingRules.DER).ReadSequence().ReadEncodedValue().ToArray();
        var time = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(time, Now.ToUnixTimeMilliseconds());
        byte[] signed = [0, 0, .. time, 0, 1, .. SHA256.HashData(_authority.PublicKey.ExportSubjectPublicKeyInfo()), (byte)(body.Length >> 16), (byte)(body.Length >> 8), (byte)body.Length, .. body, 0, 0];
        var signature = log.SignData(signed, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        byte[] promise = [0, .. SHA256.HashData(log.ExportSubjectPublicKeyInfo()), .. time, 0, 0, 4, 3, 0, (byte)signature.Length, .. signature];
        var list = new AsnWriter(AsnEncodingRules.DER);
        list.WriteOctetString([0, (byte)(promise.Length + 2), 0, (byte)promise.Length, .. promise]);
        return list.Encode();
    }

    private static string Body(byte[] statement, byte[] signature, byte[] certificate) => $$$$"""
        {"apiVersion":"0.0.1","kind":"dsse","spec":{"payloadHash":{"algorithm":"sha256","value":"{{{{Convert.ToHexStringLower(SHA256.HashData(statement))}}}}"},"signatures":[{"signature":"{{{{Convert.ToBase64String(signature)}}}}","verifier":"{{{{Convert.ToBase64String(Encoding.ASCII.GetBytes(PemEncoding.WriteString("CERTIFICATE", certificate) + "\n"))}}}}"}]}}
        """.Trim();

    // A tree of two, of which the entry is the second.
    private string LogEntry(string entry, Signing how)
    {
        var body = Encoding.UTF8.GetBytes(entry);
        var first = SHA256.HashData("another"u8);
        var root = SHA256.HashData([1, .. first, .. SHA256.HashData([0, .. body])]);
        var note = $"log\n2\n{Convert.ToBase64String(root)}\n";
        var checkpoint = $"{note}\n\u2014 log {Convert.ToBase64String([0, 0, 0, 0, .. Sign(how.CheckpointBy ?? _log, Encoding.UTF8.GetBytes(note))])}\n";
        var at = how.LoggedAt.ToUnixTimeSeconds();
        var promised = SignedJson.Write(json =>
        {
            json.WriteStartObject();
            json.WriteString("body", Convert.ToBase64String(body));
            json.WriteNumber("integratedTime", at);
            json.WriteString("logID", Convert.ToHexStringLower(SHA256.HashData(_log.ExportSubjectPublicKeyInfo())));
            json.WriteNumber("logIndex", 7);
            json.WriteEndObject();
        });
        var promise = how.PromiseTime ? $$$$""","inclusionPromise":{"signedEntryTimestamp":"{{{{Convert.ToBase64String(Sign(how.TimeBy ?? _log, promised))}}}}"}""" : "";
        return how.Entry($$$$"""
            {"logIndex":"7","logId":{"keyId":"{{{{IdOf(_log)}}}}"},"kindVersion":{"kind":"dsse","version":"0.0.1"},"integratedTime":"{{{{at}}}}"{{{{promise}}}},"inclusionProof":{"logIndex":"1","rootHash":"{{{{Convert.ToBase64String(root)}}}}","treeSize":"2","hashes":["{{{{Convert.ToBase64String(first)}}}}"],"checkpoint":{"envelope":{{{{System.Text.Json.JsonSerializer.Serialize(checkpoint)}}}}}},"canonicalizedBody":"{{{{Convert.ToBase64String(body)}}}}"}
            """.Trim());
    }

    private static byte[] Sign(ECDsa key, byte[] data) => key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

    private static string IdOf(ECDsa key) => Convert.ToBase64String(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));
}
