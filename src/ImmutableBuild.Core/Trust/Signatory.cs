using ImmutableBuild.Trust.Keyless;

namespace ImmutableBuild.Trust;

/// <summary>Whose word something is: a key's, or an identity's that a certificate vouched for.</summary>
/// <param name="Key">The key; null for an identity.</param>
/// <param name="Identity">The identity; null for a key.</param>
internal sealed record Signatory(PublicKey? Key, CertifiedIdentity? Identity)
{
    /// <summary>A key.</summary>
    public static Signatory Of(PublicKey key) => new(key, null);

    /// <summary>An identity.</summary>
    public static Signatory Of(CertifiedIdentity identity) => new(null, identity);

    /// <inheritdoc/>
    public override string ToString() => Key is { } key ? $"key {key.KeyId}" : $"{Identity!.Identity} of the issuer {Identity.Issuer}";
}
