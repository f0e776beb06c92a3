using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Generations;

namespace ImmutableBuild.Docker.Drift;

/// <summary>
/// The secrets of an instance for a comparison that needs no secret at hand: a value that has the digest it was released with stands for
/// itself, any other one for something that no container can have.
/// </summary>
internal static class FoundSecrets
{
    // No variable of a process holds a zero character.
    private const string NoValue = "\0";

    public static IReadOnlyDictionary<string, string> Of(GenerationSpec spec, ContainerInspectResponse container)
    {
        var found = PlannedContainer.Named(container.Config.Env ?? []);
        return spec.Configuration.Secrets.ToDictionary(
            secret => secret.Key,
            secret => found.TryGetValue(secret.Key, out var value) && SecretDigest.Of(spec.App, secret.Key, value) == secret.Value.ValueDigest ? value : NoValue,
            StringComparer.Ordinal);
    }
}
