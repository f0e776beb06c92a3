using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Generations;

/// <summary>From the variables that hold secrets to what a configuration may keep of them.</summary>
internal static class SecretReferences
{
    /// <summary>Reads every secret once, and keeps name and digest in <paramref name="configuration"/>. Throws one error that names all missing variables.</summary>
    public static RuntimeConfiguration AddTo(RuntimeConfiguration configuration, ReleaseOptions options, Func<string, string?> readVariable)
    {
        var missing = options.SecretVariables.Concat(options.SecretFileVariables.Select(file => KeyValuePair.Create(SecretFile.PathOf(file.Key), file.Value)))
            .Where(secret => readVariable(secret.Value) is null)
            .ToList();
        return missing.Count > 0
            ? throw DeployErrors.SecretsMissing(options.App, missing)
            : configuration with
            {
                Secrets = options.SecretVariables.ToImmutableSortedDictionary(secret => secret.Key, secret => Of(secret.Key, secret.Value), StringComparer.Ordinal),
                SecretFiles = options.SecretFileVariables.ToImmutableSortedDictionary(secret => secret.Key, secret => Of(SecretFile.PathOf(secret.Key), secret.Value), StringComparer.Ordinal),
            };

        SecretReference Of(string name, string variable) => new(variable, SecretDigest.Of(options.App, name, readVariable(variable)!));
    }

    /// <summary>All secrets of a generation: by the variable's name in the instance, or the file's path.</summary>
    public static IEnumerable<KeyValuePair<string, SecretReference>> Of(GenerationSpec spec) =>
        spec.Configuration.Secrets.Concat((spec.Configuration.SecretFiles?.AsEnumerable() ?? []).Select(file => KeyValuePair.Create(SecretFile.PathOf(file.Key), file.Value)));

    /// <summary>Throws unless every secret of <paramref name="spec"/> has the value it had when the generation was first made (F28).</summary>
    public static void RequireUnchanged(GenerationSpec spec, Func<string, string?> readVariable)
    {
        var differing = Of(spec)
            .Where(secret => readVariable(secret.Value.Variable) is not { } value || SecretDigest.Of(spec.App, secret.Key, value) != secret.Value.ValueDigest)
            .Select(secret => secret.Value.Variable)
            .ToList();
        if (differing.Count > 0)
        {
            throw DestroyErrors.SecretsChanged(spec.Id, differing);
        }
    }
}
