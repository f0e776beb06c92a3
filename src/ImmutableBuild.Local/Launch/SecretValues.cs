using ImmutableBuild.Errors;
using ImmutableBuild.Generations;

namespace ImmutableBuild.Local.Launch;

/// <summary>Reads the values of a generation's secrets at the last moment, and makes sure they are the ones it was made with.</summary>
internal static class SecretValues
{
    /// <summary>The values by the variable's name in the instance. Throws IMB6112 or IMB6113; neither holds a value.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Read(GenerationSpec spec, Func<string, string?> readVariable)
    {
        foreach (var (name, secret) in spec.Configuration.Secrets)
        {
            var value = readVariable(secret.Variable) ?? throw LocalErrors.SecretMissing(spec.Id, name, secret.Variable);
            if (SecretDigest.Of(spec.App, name, value) != secret.ValueDigest)
            {
                throw LocalErrors.SecretChanged(spec.Id, name, secret.Variable);
            }

            yield return KeyValuePair.Create(name, value);
        }
    }
}
