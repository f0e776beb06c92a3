using System.Collections.Immutable;
using System.Text.Json;
using ImmutableBuild.Images;

namespace ImmutableBuild.Trust.Signatures;

/// <summary>The facts that a signature states beside the image's digest (<c>cosign sign -a name=value</c>), and those that count here.</summary>
internal static class SignedFacts
{
    /// <summary>The commit, so that an old image can't pass for a newer one.</summary>
    public const string GitSha = "gitSha";

    /// <summary>The repository, in signatures that have no other place for it.</summary>
    public const string Repository = "repository";

    /// <summary>
    /// Reads them. What is no text can't be one of ours; whoever signs with cosign may add others. Throws <see cref="FormatException"/> where one of ours is
    /// spelled in another case, since others would read it.
    /// </summary>
    public static ImmutableSortedDictionary<string, string> Read(JsonElement facts)
    {
        if (facts.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined)
        {
            return OciAnnotations.None;
        }

        var members = facts.EnumerateObject().ToArray();
        return members.FirstOrDefault(member => IsMisspelled(member.Name)) is { Value.ValueKind: not JsonValueKind.Undefined } misspelled
            ? throw new FormatException($"it spells '{misspelled.Name}' in another case than is known")
            : members.Where(member => member.Value.ValueKind == JsonValueKind.String).ToImmutableSortedDictionary(member => member.Name, member => member.Value.GetString()!, StringComparer.Ordinal);
    }

    private static bool IsMisspelled(string name) => new[] { GitSha, Repository }.Any(known => name != known && name.Equals(known, StringComparison.OrdinalIgnoreCase));
}
