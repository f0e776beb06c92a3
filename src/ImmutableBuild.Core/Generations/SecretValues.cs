using ImmutableBuild.Errors;

namespace ImmutableBuild.Generations;

/// <summary>The values of a generation's secrets, read at the last moment. Not to be kept, logged or written anywhere but into the instances.</summary>
public sealed class SecretValues
{
    private SecretValues(IReadOnlyDictionary<string, string> variables, IReadOnlyDictionary<string, string> files) => (Variables, Files) = (variables, files);

    /// <summary>The values by the variable's name in the instance.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; }

    /// <summary>The contents by the file's name in <see cref="SecretFile.Directory"/>.</summary>
    public IReadOnlyDictionary<string, string> Files { get; }

    /// <summary>Reads them, and makes sure they are the ones the generation was made with. Throws IMB6005 or IMB8004; neither holds a value.</summary>
    public static SecretValues Read(GenerationSpec spec, Func<string, string?> readVariable)
    {
        var missing = SecretReferences.Of(spec).Where(secret => readVariable(secret.Value.Variable) is null).Select(secret => KeyValuePair.Create(secret.Key, secret.Value.Variable)).ToList();
        if (missing.Count > 0)
        {
            throw DeployErrors.SecretsMissing(spec.App, missing);
        }

        SecretReferences.RequireUnchanged(spec, readVariable);
        return new SecretValues(ValuesOf(spec.Configuration.Secrets), ValuesOf(spec.Configuration.SecretFiles?.AsEnumerable() ?? []));

        Dictionary<string, string> ValuesOf(IEnumerable<KeyValuePair<string, SecretReference>> secrets) =>
            secrets.ToDictionary(secret => secret.Key, secret => readVariable(secret.Value.Variable)!, StringComparer.Ordinal);
    }
}
