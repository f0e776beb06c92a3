namespace ImmutableBuild.Trust.Keyless;

/// <summary>Who a certificate says signed.</summary>
/// <param name="Identity">The subject alternative name: a workflow's URI, or an address of electronic mail.</param>
/// <param name="Issuer">The URI of the identity provider that vouched for it.</param>
public sealed record CertifiedIdentity(string Identity, string Issuer)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Identity} ({Issuer})";
}
