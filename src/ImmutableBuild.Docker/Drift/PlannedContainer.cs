using ImmutableBuild.Docker.Api.Models;

namespace ImmutableBuild.Docker.Drift;

/// <summary>A container as the engine makes it of a plan: what the plan leaves open, the image says.</summary>
/// <param name="Plan">The plan; its image is the image's id in the engine.</param>
/// <param name="Image">What the image says; null when the engine no longer has it.</param>
internal sealed record PlannedContainer(CreateContainerParameters Plan, ContainerConfiguration? Image)
{
    public IReadOnlyDictionary<string, string> Variables { get; } = Named([.. Image?.Env ?? [], .. Plan.Env ?? []]);

    public IReadOnlyDictionary<string, string> Labels { get; } = Overlaid(Image?.Labels, Plan.Labels);

    public IReadOnlyList<string>? Program => Plan.Entrypoint ?? Image?.Entrypoint;

    /// <summary>A plan that names a program does without the image's arguments.</summary>
    public IReadOnlyList<string>? Arguments => Plan.Cmd ?? (Plan.Entrypoint is null ? Image?.Cmd : null);

    public string? User => Plan.User ?? Image?.User;

    public string? WorkingDirectory => Plan.WorkingDir ?? Image?.WorkingDir;

    public string? StopSignal => Plan.StopSignal ?? Image?.StopSignal;

    public HostConfiguration Host => Plan.HostConfig ?? new HostConfiguration();

    /// <summary><c>NAME=value</c> by name; a later one counts.</summary>
    public static IReadOnlyDictionary<string, string> Named(IEnumerable<string> variables)
    {
        var named = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var variable in variables)
        {
            var at = variable.IndexOf('=', StringComparison.Ordinal);
            named[at < 0 ? variable : variable[..at]] = at < 0 ? "" : variable[(at + 1)..];
        }

        return named;
    }

    private static Dictionary<string, string> Overlaid(IReadOnlyDictionary<string, string>? under, IReadOnlyDictionary<string, string>? over)
    {
        var all = new Dictionary<string, string>(under ?? new Dictionary<string, string>(), StringComparer.Ordinal);
        foreach (var (name, value) in over ?? new Dictionary<string, string>())
        {
            all[name] = value;
        }

        return all;
    }
}
