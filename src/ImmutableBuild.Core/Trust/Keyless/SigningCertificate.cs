using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ImmutableBuild.Trust.Keyless;

/// <summary>The short-lived certificate of a keyless signature: a key, and who had it (Fulcio, "Certificate Specification").</summary>
internal sealed class SigningCertificate : IDisposable
{
    private const string SubjectAlternativeName = "2.5.29.17";
    private const string Issuer = "1.3.6.1.4.1.57264.1.8";
    private const string EarlierIssuer = "1.3.6.1.4.1.57264.1.1";

    private SigningCertificate(X509Certificate2 certificate)
    {
        Certificate = certificate;
        Key = PublicKey.FromSubjectPublicKeyInfo(certificate.PublicKey.ExportSubjectPublicKeyInfo());
        Identity = new CertifiedIdentity(IdentityOf(certificate), IssuerOf(certificate));
    }

    /// <summary>The certificate.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>Its key.</summary>
    public PublicKey Key { get; }

    /// <summary>Who had the key.</summary>
    public CertifiedIdentity Identity { get; }

    /// <summary>Reads DER. Throws <see cref="FormatException"/> for anything that Fulcio does not issue.</summary>
    public static SigningCertificate Parse(byte[] der)
    {
        X509Certificate2? certificate = null;
        try
        {
            certificate = X509CertificateLoader.LoadCertificate(der);
            return new SigningCertificate(certificate);
        }
        catch (Exception fault) when (fault is CryptographicException or AsnContentException or DecoderFallbackException or FormatException)
        {
            certificate?.Dispose();
            throw new FormatException($"its certificate can't be used: {fault.Message.TrimEnd('.')}", fault);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Certificate.Dispose();

    // Exactly one name: of several, it would be unclear which one signed.
    private static string IdentityOf(X509Certificate2 certificate)
    {
        var names = new AsnReader(ExtensionOf(certificate, SubjectAlternativeName) ?? throw new FormatException("it names no identity"), AsnEncodingRules.DER).ReadSequence();
        var tag = names.PeekTag();
        var name = tag is { TagClass: TagClass.ContextSpecific, TagValue: 1 or 6 } ? names.ReadCharacterString(UniversalTagNumber.IA5String, tag) : throw new FormatException("its identity is neither a URI nor an address of electronic mail");
        return names.HasData ? throw new FormatException("it names several identities") : name;
    }

    private static string IssuerOf(X509Certificate2 certificate) =>
        ExtensionOf(certificate, Issuer) is { } issuer ? new AsnReader(issuer, AsnEncodingRules.DER).ReadCharacterString(UniversalTagNumber.UTF8String)
        : ExtensionOf(certificate, EarlierIssuer) is { } earlier ? new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(earlier)
        : throw new FormatException("it names no issuer of the identity");

    private static byte[]? ExtensionOf(X509Certificate2 certificate, string oid) =>
        certificate.Extensions.Where(extension => extension.Oid?.Value == oid).ToArray() is var found && found.Length > 1 ? throw new FormatException("it has an extension twice")
        : found.Length == 1 ? found[0].RawData : null;
}
