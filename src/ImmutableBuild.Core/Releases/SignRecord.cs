using ImmutableBuild.Images;

namespace ImmutableBuild.Releases;

/// <summary>The signature.</summary>
public sealed record SignRecord
{
    /// <summary>The digest that was signed.</summary>
    public required Digest Image { get; init; }

    /// <summary>The digest of the signature's manifest in the layout.</summary>
    public required Digest SignatureManifest { get; init; }

    /// <summary>Base64 of the SHA-256 of the public key's SubjectPublicKeyInfo; empty where an identity signed.</summary>
    public required string KeyId { get; init; }

    /// <summary>The public key, PEM; empty where an identity signed.</summary>
    public required string PublicKey { get; init; }

    /// <summary>The identity that signed, as its certificate names it; null where a key signed.</summary>
    public string? Identity { get; init; }

    /// <summary>Who vouched for the identity; null where a key signed.</summary>
    public string? Issuer { get; init; }
}
