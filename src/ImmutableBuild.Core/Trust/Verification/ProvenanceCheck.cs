using System.Text.Json;
using ImmutableBuild.Errors;
using ImmutableBuild.Releases;
using ImmutableBuild.Trust.Attestations;
using ImmutableBuild.Trust.Signatures;

namespace ImmutableBuild.Trust.Verification;

/// <summary>Holds provenance against what is expected (SLSA 1.0, "Verifying artifacts", step 2).</summary>
/// <param name="policy">What is expected of it.</param>
/// <param name="app">The app it has to be of.</param>
/// <param name="commit">The commit it has to name; null where none is known.</param>
internal sealed class ProvenanceCheck(ProvenancePolicy policy, AppKey app, CommitSha? commit)
{
    /// <summary>Why it is refused; null when it isn't.</summary>
    public string? FindFault(InTotoStatement provenance) => FindBuilderFault(provenance.Predicate) ?? FindParameterFault(provenance.Predicate) ?? FindSourceFault(provenance.Predicate);

    /// <summary>What it says, in a line.</summary>
    public static string Describe(InTotoStatement provenance)
    {
        var source = SourcesOf(provenance.Predicate).First();
        return $"commit {source.At("digest").TextOf("gitCommit")}{(RepositoryOf(source) is { } repository ? $" of {repository}" : "")}, built by {provenance.Predicate.At("runDetails", "builder").TextOf("id")}";
    }

    private string? FindBuilderFault(JsonElement predicate)
    {
        var builder = predicate.At("runDetails", "builder").TextOf("id");
        return builder is null ? "it names no builder"
            : !policy.Builders.Contains(builder, StringComparer.Ordinal) ? $"its builder '{PrintableText.Of(builder)}' is none that is allowed"
            : null;
    }

    // The parameters of others' builds mean what their build type says; whoever allows their builder knows that.
    private string? FindParameterFault(JsonElement predicate)
    {
        var definition = predicate.At("buildDefinition");
        var isOurs = predicate.At("runDetails", "builder").TextOf("id") is Builders.Local or Builders.GitHub;
        if (definition.TextOf("buildType") != Provenance.BuildType)
        {
            return isOurs ? $"its build type '{PrintableText.Of(definition.TextOf("buildType") ?? "")}' is none of its builder's" : null;
        }

        var parameters = definition.At("externalParameters");
        return parameters.ValueKind != JsonValueKind.Object ? "it has no parameters"
            : parameters.EnumerateObject().FirstOrDefault(parameter => !Provenance.Parameters.Contains(parameter.Name, StringComparer.Ordinal)) is { Value.ValueKind: not JsonValueKind.Undefined } unknown ? $"its parameter '{PrintableText.Of(unknown.Name)}' is not known"
            : parameters.TextOf("app") != app.App ? $"it is of the app '{PrintableText.Of(parameters.TextOf("app") ?? "")}', not of '{app.App}'"
            : null;
    }

    private string? FindSourceFault(JsonElement predicate)
    {
        if (SourcesOf(predicate).ToArray() is not [var source])
        {
            return "it does not name exactly one source commit";
        }

        var named = source.At("digest").TextOf("gitCommit") ?? "";
        var repository = RepositoryOf(source);
        return commit is { } wanted && named != wanted.ToString() ? $"it names the commit '{PrintableText.Of(named)}', not {wanted}"
            : !policy.AllowDirty && source.At("annotations", "immutablebuild_dirty").ValueKind == JsonValueKind.True ? "it was made from uncommitted changes"
            : !policy.Sources.IsEmpty && !policy.Sources.Contains(repository ?? "", StringComparer.Ordinal) ? $"its source '{PrintableText.Of(repository ?? "")}' is none that is allowed"
            : null;
    }

    private static IEnumerable<JsonElement> SourcesOf(JsonElement predicate) =>
        predicate.At("buildDefinition", "resolvedDependencies") is { ValueKind: JsonValueKind.Array } dependencies
            ? dependencies.EnumerateArray().Where(dependency => dependency.At("digest").TextOf("gitCommit") is not null)
            : [];

    // SPDX writes a checkout as git+<url>@<ref>.
    private static string? RepositoryOf(JsonElement source)
    {
        var uri = source.TextOf("uri");
        var plain = uri?.StartsWith("git+", StringComparison.Ordinal) == true ? uri[4..] : uri;
        var at = plain?.IndexOf("@refs/", StringComparison.Ordinal) ?? -1;
        return at < 0 ? plain : plain![..at];
    }
}
