namespace ImmutableBuild.Registries;

/// <summary>A user name and a password or token, or an identity token alone. Prints as redacted.</summary>
public sealed class RegistryCredential(string user, string password)
{
    /// <summary>How Docker's credential helpers name the user of an identity token.</summary>
    internal const string IdentityTokenUser = "<token>";

    /// <summary>The user name.</summary>
    public string User { get; } = user;

    /// <summary>The password or token.</summary>
    internal string Password { get; } = password;

    /// <summary>Whether the token is one that only a token service takes, for an access token (OAuth 2.0, RFC 6749 section 6), and no password.</summary>
    internal bool IsIdentityToken { get; private init; }

    /// <summary>An identity token.</summary>
    internal static RegistryCredential OfIdentityToken(string token) => new(IdentityTokenUser, token) { IsIdentityToken = true };

    /// <inheritdoc/>
    public override string ToString() => $"{User}:<redacted>";
}
