using System.Security.Cryptography.X509Certificates;
using ImmutableBuild.Tests.Fuzzing;
using ImmutableBuild.Trust.Attestations;
using ImmutableBuild.Trust.Keyless;

namespace ImmutableBuild.Tests.Trust.Keyless;

/// <summary>Whatever a registry answers in place of a keyless signature, and whatever a file says it is a trusted root: it is read or refused, within bounds, and nothing but what was signed is accepted.</summary>
public sealed class HostileKeylessTests
{
    private static readonly SigstoreBundle s_bundle = SigstoreBundle.Parse(RecordedSigstore.Bundle);
    private static readonly TrustedRoot s_root = TrustedRoot.Parse(RecordedSigstore.Root);

    [Fact]
    public Task Bundles() => RunAsync(
        input =>
        {
            var bundle = SigstoreBundle.Parse(input);
            if (bundle.Material is { } material)
            {
                new CertificateTrust(s_root, [new TrustedIdentity(OwnSigstore.Issuer, OwnSigstore.Identity)]).Require(bundle.Envelope, material);
                bundle.Envelope.Payload.Span.SequenceEqual(s_bundle.Envelope.Payload.Span).ShouldBeTrue("the signature is of another statement");
            }
        },
        RecordedSigstore.Bundle);

    [Fact]
    public Task Trusted_roots() => RunAsync(input => TrustedRoot.Parse(input), RecordedSigstore.Root);

    [Fact]
    public Task Certificates() => RunAsync(
        input =>
        {
            using var certificate = SigningCertificate.Parse(input);
            using var authority = X509CertificateLoader.LoadCertificate(s_root.Authorities[0].Certificates[0]);
            CertificateLogProof.Require(certificate.Certificate, authority, s_root.CertificateLogs);
        },
        s_bundle.Material!.Certificate);

    [Fact]
    public Task Timestamps() => RunAsync(input => SignedTimestamp.Require(input, s_bundle.Envelope.Signature.Span, s_root.TimestampAuthorities), s_bundle.Material!.Timestamps[0]);

    [Fact]
    public Task Entries_of_a_log() => RunAsync(
        input => LoggedEnvelope.Require(s_bundle.Material!.Entries[0] with { Body = input }, s_bundle.Envelope, s_bundle.Material.Certificate), s_bundle.Material!.Entries[0].Body);

    // .NET reads the system's certificates at the first chain that it builds, and anew every five minutes: a megabyte that is no input's.
    private static Task RunAsync(Action<byte[]> read, byte[] seed) => Fuzz.RunAsync([seed], read, fault => fault is FormatException, length => (2 << 20) + (400L * length));
}
