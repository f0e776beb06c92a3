namespace ImmutableBuild.Trust.Keyless;

/// <summary>Whose keyless signatures are believed.</summary>
/// <param name="Issuer">The identity provider, character for character: <c>https://token.actions.githubusercontent.com</c>.</param>
/// <param name="Identity">The subject, character for character; an asterisk at its end stands for anything, <c>…/release.yml@refs/tags/*</c>.</param>
public sealed record TrustedIdentity(string Issuer, string Identity)
{
    /// <summary>Whether it is <paramref name="certified"/>.</summary>
    public bool Matches(CertifiedIdentity certified)
    {
        ArgumentNullException.ThrowIfNull(certified);
        return Issuer == certified.Issuer && (Identity.EndsWith('*') ? certified.Identity.StartsWith(Identity[..^1], StringComparison.Ordinal) : Identity == certified.Identity);
    }

    /// <summary>Why it says too little; null when it says enough.</summary>
    public string? FindFault() =>
        !Uri.TryCreate(Issuer, UriKind.Absolute, out var issuer) || issuer.Scheme is not ("https" or "http") ? $"the issuer '{Issuer}' is no URL like https://token.actions.githubusercontent.com"
        : Identity.TrimEnd('*').Contains('*', StringComparison.Ordinal) || Identity.EndsWith("**", StringComparison.Ordinal) ? $"the identity '{Identity}' has an asterisk elsewhere than at its end"
        : Identity.EndsWith('*') && !HasRepository(Identity) ? $"the identity '{Identity}' would trust others' repositories too; write at least https://host/owner/repository/*"
        : Identity.Length == 0 ? "an identity is empty"
        : null;

    // Of https://host/owner/repository/…, all that names the repository has to stand before the asterisk.
    private static bool HasRepository(string identity) => identity.StartsWith("https://", StringComparison.Ordinal) && identity.Count(letter => letter == '/') >= 5;
}
