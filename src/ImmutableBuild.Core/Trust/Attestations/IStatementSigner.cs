using ImmutableBuild.Images;

namespace ImmutableBuild.Trust.Attestations;

/// <summary>Signs statements, and knows what it signed before.</summary>
internal interface IStatementSigner
{
    /// <summary>Signs a statement's bytes.</summary>
    Task<SignedStatement> SignAsync(byte[] statement, CancellationToken cancellationToken);

    /// <summary>Reads what it signed of an image, in that image's layout.</summary>
    StatementReading ReadEarlier(OciLayout layout, Digest image);
}
