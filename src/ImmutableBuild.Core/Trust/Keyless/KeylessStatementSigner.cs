using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Releases;
using ImmutableBuild.Trust.Attestations;

namespace ImmutableBuild.Trust.Keyless;

/// <summary>Signs without a key, through cosign, which is looked for once there is something to sign.</summary>
/// <param name="context">The release's options and environment.</param>
/// <param name="earlier">Whose signatures need not be made again.</param>
internal sealed class KeylessStatementSigner(StageContext context, CertificateTrust? earlier) : IStatementSigner
{
    private CosignProgram? _cosign;

    /// <inheritdoc/>
    /// <remarks>IMB4040 to IMB4043 where it can't be done, IMB4045 when what cosign made is not what it was asked for.</remarks>
    public async Task<SignedStatement> SignAsync(byte[] statement, CancellationToken cancellationToken)
    {
        var bytes = Trimmed(await (await CosignAsync(cancellationToken)).SignStatementAsync(statement, cancellationToken));
        try
        {
            var bundle = SigstoreBundle.Parse(bytes);
            var material = bundle.Material ?? throw new FormatException("the bundle has no certificate");
            using var certificate = SigningCertificate.Parse(material.Certificate);
            return bundle.Envelope.Payload.Span.SequenceEqual(statement) && certificate.Key.Verifies(DsseEnvelope.SignedBytesOf(statement), bundle.Envelope.Signature.Span)
                ? new SignedStatement(InTotoStatement.Parse(statement), Signatory.Of(certificate.Identity), bundle.Envelope) { Bundle = bytes, Material = material }
                : throw new FormatException("it is a signature over something else");
        }
        catch (FormatException fault)
        {
            throw KeylessErrors.UnexpectedBundle(fault.Message, fault);
        }
    }

    /// <summary>Signs other bytes. Throws as <see cref="SignAsync"/>.</summary>
    public async Task<BlobBundle> SignBlobAsync(byte[] content, CancellationToken cancellationToken)
    {
        try
        {
            var bundle = BlobBundle.Parse(Trimmed(await (await CosignAsync(cancellationToken)).SignBlobAsync(content, cancellationToken)));
            using var certificate = SigningCertificate.Parse(bundle.Material.Certificate);
            return certificate.Key.Verifies(content, bundle.Signature) ? bundle : throw new FormatException("it is a signature over something else");
        }
        catch (FormatException fault)
        {
            throw KeylessErrors.UnexpectedBundle(fault.Message, fault);
        }
    }

    /// <inheritdoc/>
    public StatementReading ReadEarlier(OciLayout layout, Digest image) => new(layout, [], image, earlier);

    private static byte[] Trimmed(byte[] bundle) => bundle.AsSpan().Trim(" \r\n\t"u8).ToArray();

    private async Task<CosignProgram> CosignAsync(CancellationToken cancellationToken) => _cosign ??= await CosignProgram.FindAsync(context, cancellationToken);
}
