using ImmutableBuild.Errors;

namespace ImmutableBuild.Generations;

/// <summary>Reads the values of a generation's secrets at the last moment, and makes sure they are the ones it was made with.</summary>
public static class SecretValues
{
    /// <summary>The values by the variable's name in the instance. Throws IMB6005 or IMB8004; neither holds a value.</summary>
    public static IReadOnlyDictionary<string, string> Read(GenerationSpec spec, Func<string, string?> readVariable)
    {
        var secrets = spec.Configuration.Secrets;
        var missing = secrets
            .Where(secret => readVariable(secret.Value.Variable) is null)
            .Select(secret => KeyValuePair.Create(secret.Key, secret.Value.Variable))
            .ToList();
        if (missing.Count > 0)
        {
            throw DeployErrors.SecretsMissing(spec.App, missing);
        }

        var values = secrets.ToDictionary(secret => secret.Key, secret => readVariable(secret.Value.Variable)!, StringComparer.Ordinal);
        var changed = secrets
            .Where(secret => SecretDigest.Of(spec.App, secret.Key, values[secret.Key]) != secret.Value.ValueDigest)
            .Select(secret => secret.Value.Variable)
            .ToList();
        return changed.Count == 0 ? values : throw DestroyErrors.SecretsChanged(spec.Id, changed);
    }
}
