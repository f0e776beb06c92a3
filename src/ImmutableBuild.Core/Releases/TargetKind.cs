using System.Collections.Immutable;

namespace ImmutableBuild.Releases;

/// <summary>
/// A kind of target, and what matters of it before one is opened: to options and to keys. The one table of their names; what a target does is
/// its adapter's alone. What a row does not say that it can, it can't, and an option that asks for it is refused.
/// </summary>
/// <param name="Name">The value of <c>ImmutableTarget</c>.</param>
public sealed record TargetKind(string Name)
{
    /// <summary>Processes on the machine that releases.</summary>
    public static TargetKind Local { get; } = new("local") { IsThisMachine = true, ChoosesPort = true };

    /// <summary>Containers of a Docker engine.</summary>
    public static TargetKind Docker { get; } = new("docker") { RunsContainers = true, LimitsInstances = true, MountsFiles = true, ChoosesPort = true };

    /// <summary>All of them, the default first.</summary>
    public static ImmutableArray<TargetKind> All { get; } = [Local, Docker];

    /// <summary>
    /// It is the machine and the user that release: what the release signs with a key made at first use is verified in the same place, and
    /// <c>production</c> is no protected environment by default.
    /// </summary>
    public bool IsThisMachine { get; init; }

    /// <summary>An instance has nothing but its image, which has to hold what an app needs of a system.</summary>
    public bool RunsContainers { get; init; }

    /// <summary>It can bound the memory and processors of an instance (<see cref="Generations.RuntimeConfiguration.Memory"/>).</summary>
    public bool LimitsInstances { get; init; }

    /// <summary>It can show an instance files and volumes that are not of its image.</summary>
    public bool MountsFiles { get; init; }

    /// <summary>The port and address at which users come in are the release's to choose.</summary>
    public bool ChoosesPort { get; init; }

    /// <summary>Names of the settings that only it has (<see cref="Generations.RuntimeConfiguration.PlatformSettings"/>). Any other one is refused.</summary>
    public ImmutableArray<string> PlatformSettings { get; init; } = [];

    /// <summary>The kind called <paramref name="name"/>; throws <see cref="ArgumentException"/> when there is none.</summary>
    public static TargetKind Of(string name) => All.FirstOrDefault(kind => kind.Name == name)
        ?? throw new ArgumentException($"There is no target '{name}'; there are {string.Join(", ", All.Select(kind => kind.Name))}.", nameof(name));
}
