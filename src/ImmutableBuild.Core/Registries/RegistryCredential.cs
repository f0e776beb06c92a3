namespace ImmutableBuild.Registries;

/// <summary>A user name and a password or token. Prints as redacted.</summary>
public sealed class RegistryCredential(string user, string password)
{
    /// <summary>The user name.</summary>
    public string User { get; } = user;

    /// <summary>The password or token.</summary>
    internal string Password { get; } = password;

    /// <inheritdoc/>
    public override string ToString() => $"{User}:<redacted>";
}
