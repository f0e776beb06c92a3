using ImmutableBuild.Images;
using ImmutableBuild.Registries;
using ImmutableBuild.Trust.Attestations;
using ImmutableBuild.Trust.Keyless;
using ImmutableBuild.Trust.Signatures;

namespace ImmutableBuild.Trust.Verification;

/// <summary>All that trusted keys say of an image, from both places where cosign keeps it. Neither hides the other: a bundle of a stranger's does not make the rest unseen.</summary>
/// <param name="Content">The image's manifest or index.</param>
/// <param name="Asked">The store that was asked.</param>
/// <param name="Bundles">The bundles that refer to it.</param>
/// <param name="Attestations">The attestations under its tag.</param>
internal sealed record ImageEvidence(ManifestContent Content, AskedStore Asked, StatementReading Bundles, StatementReading Attestations)
{
    /// <summary>Why others of one kind were refused, as far as they say their kind.</summary>
    public IReadOnlyList<string> RefusedOf(string predicateType) => [.. Bundles.RefusedOf(predicateType).Concat(Attestations.RefusedOf(predicateType)).Distinct(StringComparer.Ordinal).Take(5)];

    /// <summary>Reads it all. IMB4011 when the store fails, IMB4012 when the image is not what its digest says, IMB4013 when a list is malformed.</summary>
    public static async Task<ImageEvidence> ReadAsync(IImageStore store, string repository, Digest image, TrustedKeys trusted, CertificateTrust? certificates, CancellationToken cancellationToken)
    {
        var asked = new AskedStore(store, repository, image);
        var content = await asked.ReadImageAsync(cancellationToken);
        var (bundles, attestations) = (new StatementReading(store, trusted.Valid, image, certificates) { Lapsed = trusted.Lapsed }, new StatementReading(store, trusted.Valid, image) { Lapsed = trusted.Lapsed });
        await SignatureCheck.ReadBundlesAsync(asked, bundles, cancellationToken);
        var layers = (await asked.FindManifestAsync(AttestationManifest.TagOf(image), cancellationToken))?.Layers ?? [];
        await asked.AskAsync(async () =>
        {
            await attestations.ReadAttestationsAsync(layers, cancellationToken);
            return true;
        });
        return new ImageEvidence(content, asked, bundles, attestations);
    }

    /// <summary>What is said of one kind.</summary>
    public IReadOnlyList<InTotoStatement> Find(string predicateType) =>
        [.. Bundles.Accepted.Concat(Attestations.Accepted).Select(signed => signed.Statement).Where(statement => statement.PredicateType == predicateType)];
}
