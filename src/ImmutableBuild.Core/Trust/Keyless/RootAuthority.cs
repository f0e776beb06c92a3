using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using ImmutableBuild.Trust.Signatures;

namespace ImmutableBuild.Trust.Keyless;

/// <summary>An authority of a trusted root, for certificates or for timestamps.</summary>
/// <param name="Certificates">Its chain, DER: the root last.</param>
/// <param name="Validity">When it counts.</param>
internal sealed record RootAuthority(ImmutableArray<byte[]> Certificates, Validity Validity)
{
    private const int LongestChain = 8;

    /// <summary>Reads a member of <c>certificateAuthorities</c> or <c>timestampAuthorities</c>. Throws <see cref="FormatException"/>.</summary>
    public static RootAuthority Read(JsonElement authority)
    {
        var chain = authority.At("certChain", "certificates");
        return chain.ValueKind == JsonValueKind.Array && chain.GetArrayLength() is > 0 and <= LongestChain
            ? new RootAuthority([.. chain.EnumerateArray().Select(certificate => SignedJson.Base64(certificate.TextOf("rawBytes"), "an authority's certificate"))], Validity.Read(authority.At("validFor")))
            : throw new FormatException($"an authority has no chain of 1 to {LongestChain} certificates");
    }

    /// <summary>
    /// The certificate that issued <paramref name="leaf"/>, where this authority stands behind it at <paramref name="time"/> for <paramref name="usage"/>; null where it doesn't.
    /// </summary>
    public X509Certificate2? FindIssuer(X509Certificate2 leaf, DateTimeOffset time, string usage)
    {
        if (!Validity.Has(time))
        {
            return null;
        }

        try
        {
            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            chain.ChainPolicy.DisableCertificateDownloads = true;
            chain.ChainPolicy.VerificationTime = time.UtcDateTime;
            chain.ChainPolicy.ApplicationPolicy.Add(new Oid(usage));
            chain.ChainPolicy.CustomTrustStore.Add(X509CertificateLoader.LoadCertificate(Certificates[^1]));
            chain.ChainPolicy.ExtraStore.AddRange(Certificates[..^1].Select(X509CertificateLoader.LoadCertificate).ToArray());
            return chain.Build(leaf) && chain.ChainElements.Count > 1 ? X509CertificateLoader.LoadCertificate(chain.ChainElements[1].Certificate.RawData) : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
