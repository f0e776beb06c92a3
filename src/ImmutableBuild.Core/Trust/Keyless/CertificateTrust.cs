using System.Globalization;
using ImmutableBuild.Errors;
using ImmutableBuild.Trust.Attestations;
using ImmutableBuild.Trust.Verification;

namespace ImmutableBuild.Trust.Keyless;

/// <summary>
/// Whose keyless signatures are believed. The certificate is by an authority of the trusted root and in a log of certificates; the signature is by the
/// certificate's key, in a log of signatures, and was made while the certificate was valid, which a log or a timestamp authority vouches for.
/// </summary>
/// <param name="root">Whom to trust; null where no trusted root is named.</param>
/// <param name="identities">Whose signatures count.</param>
internal sealed class CertificateTrust(TrustedRoot? root, IReadOnlyCollection<TrustedIdentity> identities)
{
    private const string ForCode = "1.3.6.1.5.5.7.3.3";

    private bool _isOwn;

    /// <summary>The trust of a policy's identities; null where it has none. Throws IMB4044 for a trusted root that is none.</summary>
    public static async Task<CertificateTrust?> OfAsync(VerifyOptions options, IReadOnlyCollection<TrustedIdentity> identities, CancellationToken cancellationToken) =>
        identities.Count == 0 ? null : new CertificateTrust(options.TrustedRoot is { } file ? await TrustedRoot.ReadAsync(file, cancellationToken) : null, identities);

    /// <summary>The trust for the files that Sign itself wrote: the identity in their certificates is taken as it is. Deploy verifies it in full.</summary>
    public static CertificateTrust OfOwnFiles(TrustedIdentity identity) => new(null, [identity]) { _isOwn = true };

    /// <summary>The identity that signed. Throws <see cref="FormatException"/> with the reason when its signature is not acceptable.</summary>
    public Signatory Require(DsseEnvelope envelope, BundleMaterial material)
    {
        using var certificate = SigningCertificate.Parse(material.Certificate);
        if (!certificate.Key.Verifies(DsseEnvelope.SignedBytesOf(envelope.Payload.Span), envelope.Signature.Span))
        {
            throw new FormatException("it is not by the key of its certificate, or not in strict DER");
        }

        var who = PrintableText.Of(certificate.Identity.ToString());
        if (!identities.Any(identity => identity.Matches(certificate.Identity)))
        {
            throw new FormatException($"it is by {who}, whom the policy does not name");
        }

        if (!_isOwn)
        {
            RequireTrusted(root ?? throw new FormatException($"it is by {who}, and no trusted root is named (ImmutableTrustedRoot)"), certificate, envelope, material);
        }

        return Signatory.Of(certificate.Identity);
    }

    private static void RequireTrusted(TrustedRoot root, SigningCertificate certificate, DsseEnvelope envelope, BundleMaterial material)
    {
        foreach (var time in TimesOf(root, envelope, material))
        {
            using var issuer = root.Authorities.Select(authority => authority.FindIssuer(certificate.Certificate, time, ForCode)).FirstOrDefault(found => found is not null);
            if (issuer is null)
            {
                throw new FormatException(IsValid(certificate, time)
                    ? "its certificate is by no authority of the trusted root"
                    : string.Create(CultureInfo.InvariantCulture, $"it was made at {time:u}, when its certificate was not valid"));
            }

            if (!root.CertificateLogs.IsEmpty)
            {
                CertificateLogProof.Require(certificate.Certificate, issuer, root.CertificateLogs);
            }
        }
    }

    // Every log entry and timestamp of the bundle has to hold. Where the trusted root has logs, at least one entry has to be of one of them.
    private static List<DateTimeOffset> TimesOf(TrustedRoot root, DsseEnvelope envelope, BundleMaterial material)
    {
        var times = new List<DateTimeOffset>();
        foreach (var entry in material.Entries)
        {
            LoggedEnvelope.Require(entry, envelope, material.Certificate);
            if (entry.Require(root.Logs) is { } time)
            {
                times.Add(time);
            }
        }

        times.AddRange(material.Timestamps.Select(timestamp => SignedTimestamp.Require(timestamp, envelope.Signature.Span, root.TimestampAuthorities)));
        return !root.Logs.IsEmpty && material.Entries.IsEmpty ? throw new FormatException("it is in no transparency log")
            : times.Count == 0 ? throw new FormatException("nobody vouches for the time it was made at")
            : material.Entries.Any(entry => entry.Promise is null && !entry.CountsAt(times, root.Logs)) ? throw new FormatException("its log did not count at the time it was made at")
            : times;
    }

    private static bool IsValid(SigningCertificate certificate, DateTimeOffset time) =>
        time.UtcDateTime >= certificate.Certificate.NotBefore.ToUniversalTime() && time.UtcDateTime <= certificate.Certificate.NotAfter.ToUniversalTime();
}
