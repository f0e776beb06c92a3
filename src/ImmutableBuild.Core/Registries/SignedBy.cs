using ImmutableBuild.Images;
using ImmutableBuild.Releases;
using ImmutableBuild.Trust;
using ImmutableBuild.Trust.Attestations;
using ImmutableBuild.Trust.Keyless;
using ImmutableBuild.Trust.Verification;

namespace ImmutableBuild.Registries;

/// <summary>Who signed what is pushed, to find what the same one signed before.</summary>
/// <param name="Key">The key; null where an identity signed.</param>
/// <param name="Identity">The identity; null where a key signed.</param>
/// <param name="Root">Whom to trust for identities; null where no trusted root is named.</param>
internal sealed record SignedBy(PublicKey? Key, TrustedIdentity? Identity, TrustedRoot? Root)
{
    /// <summary>Who signed by a record. IMB4044 for a trusted root that is none.</summary>
    public static async Task<SignedBy> OfAsync(SignRecord sign, VerifyOptions verify, CancellationToken cancellationToken) => sign.Identity is { } identity
        ? new SignedBy(null, new TrustedIdentity(sign.Issuer ?? "", identity), verify.TrustedRoot is { } root ? await TrustedRoot.ReadAsync(root, cancellationToken) : null)
        : new SignedBy(PublicKey.Parse(sign.PublicKey), null, null);

    /// <summary>Reads what it signed in a store. Without a trusted root nothing there is known to be an identity's.</summary>
    public StatementReading Reading(IImageSource store, Digest image) => Key is { } key ? new(store, [key], image) : new(store, [], image, Root is null ? null : new CertificateTrust(Root, [Identity!]));

    /// <summary>Reads what it signed in the layout that Sign wrote.</summary>
    public StatementReading OwnReading(IImageSource layout, Digest image) => Key is { } key ? new(layout, [key], image) : new(layout, [], image, CertificateTrust.OfOwnFiles(Identity!));
}
