using ImmutableBuild.Images;

namespace ImmutableBuild.Trust.Attestations;

/// <summary>Signs statements by a key.</summary>
internal sealed class KeyStatementSigner(ISigner signer) : IStatementSigner
{
    /// <inheritdoc/>
    public Task<SignedStatement> SignAsync(byte[] statement, CancellationToken cancellationToken) => SignedStatement.SignAsync(statement, signer, cancellationToken);

    /// <inheritdoc/>
    public StatementReading ReadEarlier(OciLayout layout, Digest image) => new(layout, [signer.PublicKey], image);
}
