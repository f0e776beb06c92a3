namespace ImmutableBuild.Registries;

/// <summary>
/// Finds the credential for a registry as docker does: from the variables that the options name, else by Docker's <c>config.json</c>, from a
/// credential helper that it names, or from its own entry.
/// </summary>
public sealed class RegistryCredentials(PushOptions options, Func<string, string?> readVariable)
{
    /// <summary>
    /// The credential of a registry; null where none is known. Throws IMB5009 when a named variable is unset, IMB5010 when Docker's file is damaged,
    /// IMB5012 when a credential helper fails.
    /// </summary>
    public async Task<RegistryCredential?> FindAsync(string host, CancellationToken cancellationToken)
    {
        // The variables belong to the registry that is pushed to; a base image's registry never gets to see them.
        if (options.PasswordVariable is { } password && host == options.Registry)
        {
            return new RegistryCredential(options.UserVariable is { } user ? Value(user) : "", Value(password));
        }

        if (DockerConfigFile.Read(readVariable) is not { } config)
        {
            return null;
        }

        var helped = config.HelperOf(host) is { } helper ? await new CredentialHelper(helper, readVariable).FindAsync(DockerConfigFile.ServerOf(host), cancellationToken) : null;
        return helped ?? config.EntryOf(host);
    }

    private string Value(string variable) => readVariable(variable) is { Length: > 0 } value ? value : throw Errors.RegistryErrors.VariableUnset(variable);
}
