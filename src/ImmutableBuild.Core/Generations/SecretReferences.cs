using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Generations;

/// <summary>From the variables that hold secrets to what a configuration may keep of them.</summary>
internal static class SecretReferences
{
    /// <summary>Reads every secret once, and keeps name and digest. Throws one error that names all missing variables.</summary>
    public static ImmutableSortedDictionary<string, SecretReference> Of(
        AppKey app, ImmutableSortedDictionary<string, string> variables, Func<string, string?> readVariable)
    {
        var missing = variables.Where(secret => readVariable(secret.Value) is null).ToList();
        return missing.Count == 0
            ? variables.ToImmutableSortedDictionary(
                secret => secret.Key,
                secret => new SecretReference(secret.Value, SecretDigest.Of(app, secret.Key, readVariable(secret.Value)!)),
                StringComparer.Ordinal)
            : throw DeployErrors.SecretsMissing(app, missing);
    }

    /// <summary>Throws unless every secret of <paramref name="spec"/> has the value it had when the generation was first made (F28).</summary>
    public static void RequireUnchanged(GenerationSpec spec, Func<string, string?> readVariable)
    {
        var differing = spec.Configuration.Secrets
            .Where(secret => readVariable(secret.Value.Variable) is not { } value || SecretDigest.Of(spec.App, secret.Key, value) != secret.Value.ValueDigest)
            .Select(secret => secret.Value.Variable)
            .ToList();
        if (differing.Count > 0)
        {
            throw DestroyErrors.SecretsChanged(spec.Id, differing);
        }
    }
}
