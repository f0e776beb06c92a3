using System.Globalization;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Generations.Drift;

namespace ImmutableBuild.Docker.Drift;

/// <summary>
/// A container as the engine tells it, compared with the plan that makes such a container: the same plan, so that there is one place that
/// says how containers are made. What the engine fills in by itself is no difference.
/// </summary>
/// <param name="planned">How it should be.</param>
/// <param name="found">How it is.</param>
/// <param name="network">The app's network by name.</param>
/// <param name="limitsSwap">Whether the host can limit swap; where not, the engine leaves that limit out.</param>
internal sealed class ContainerComparison(PlannedContainer planned, ContainerInspectResponse found, string network, bool limitsSwap)
{
    private readonly HostConfiguration _planned = planned.Host;
    private readonly HostConfiguration _found = found.HostConfig;

    /// <summary>All that differs.</summary>
    public IReadOnlyList<Difference> Differences() => [.. Image(), .. Configuration(), .. Mounts(), .. Network(), .. Limits(), .. Hardened()];

    private IEnumerable<Difference> Image() => Difference.OfText(DriftKind.Image, "image", planned.Plan.Image, found.Image);

    private IEnumerable<Difference> Configuration()
    {
        const DriftKind Kind = DriftKind.Configuration;
        var config = found.Config;

        // What an image that is gone had set is not known.
        var knowsAll = planned.Image is not null;
        return
        [
            .. Difference.OfNamed(Kind, "variable", planned.Variables, PlannedContainer.Named(config.Env ?? []), tellsAdded: knowsAll),
            .. Difference.OfNamed(Kind, "label", planned.Labels, config.Labels ?? new Dictionary<string, string>(), tellsAdded: false),
            .. knowsAll ? Difference.OfHidden(Kind, "program", planned.Program, config.Entrypoint) : [],
            .. knowsAll ? Difference.OfHidden(Kind, "arguments", planned.Arguments, config.Cmd) : [],
            .. knowsAll ? Difference.OfText(Kind, "user", planned.User, config.User) : [],
            .. knowsAll ? Difference.OfText(Kind, "working directory", planned.WorkingDirectory, config.WorkingDir) : [],
            .. knowsAll ? Difference.OfText(Kind, "stop signal", planned.StopSignal, config.StopSignal) : [],
            .. Difference.OfText(Kind, "stop timeout", Text(planned.Plan.StopTimeout), Text(config.StopTimeout)),
            .. Difference.OfHidden(Kind, "health check", planned.Plan.Healthcheck?.Test ?? planned.Image?.Healthcheck?.Test, config.Healthcheck?.Test),
            .. Difference.OfText(Kind, "terminal", Flag(planned.Plan.Tty), Flag(config.Tty)),
            .. Difference.OfText(Kind, "input", Flag(planned.Plan.OpenStdin), Flag(config.OpenStdin)),
            .. Difference.OfText(Kind, "restart policy", _planned.RestartPolicy?.Name ?? "no", _found.RestartPolicy?.Name is { Length: > 0 } policy ? policy : "no"),
        ];
    }

    private IEnumerable<Difference> Mounts()
    {
        const DriftKind Kind = DriftKind.Mounts;
        return
        [
            .. Difference.OfSets(Kind, "mount", _planned.Mounts?.Select(Text), _found.Mounts?.Select(Text)),
            .. Difference.OfSets(Kind, "mount", _planned.Binds, _found.Binds),
            .. Difference.OfSets(Kind, "mounts of", _planned.VolumesFrom, _found.VolumesFrom),
            .. Difference.OfNamed(Kind, "directory in memory", _planned.Tmpfs ?? new Dictionary<string, string>(), _found.Tmpfs ?? new Dictionary<string, string>(), tellsAdded: true),
        ];
    }

    private IEnumerable<Difference> Network()
    {
        const DriftKind Kind = DriftKind.Network;
        var ports = Difference.OfSets(Kind, "port", Ports(_planned.PortBindings), Ports(_found.PortBindings));
        if (found.NetworkSettings is not { Networks: { } networks })
        {
            return ports;
        }

        return
        [
            .. Difference.OfSets(Kind, "network", [network], networks.Keys),
            .. ports,
            .. Difference.OfSets(Kind, "host name", _planned.ExtraHosts, _found.ExtraHosts),
            .. Difference.OfSets(Kind, "name server", _planned.Dns, _found.Dns),
        ];
    }

    private IEnumerable<Difference> Limits()
    {
        const DriftKind Kind = DriftKind.Limits;
        var swapIsLeftOut = !limitsSwap && _planned.Memory is > 0 && _found.MemorySwap == -1;
        return
        [
            .. Difference.OfText(Kind, "memory", Limit(_planned.Memory), Limit(_found.Memory)),
            .. swapIsLeftOut ? [] : Difference.OfText(Kind, "memory and swap", Limit(_planned.MemorySwap), Limit(_found.MemorySwap)),
            .. Difference.OfText(Kind, "memory reservation", Limit(_planned.MemoryReservation), Limit(_found.MemoryReservation)),
            .. Difference.OfText(Kind, "processors (billionths)", Limit(_planned.NanoCpus), Limit(_found.NanoCpus)),
            .. Difference.OfText(Kind, "processor quota", Limit(_planned.CpuQuota), Limit(_found.CpuQuota)),
            .. Difference.OfText(Kind, "processor shares", Limit(_planned.CpuShares), Limit(_found.CpuShares)),
            .. Difference.OfText(Kind, "processor set", _planned.CpusetCpus, _found.CpusetCpus),
            .. Difference.OfText(Kind, "processes", Limit(_planned.PidsLimit), Limit(_found.PidsLimit == -1 ? null : _found.PidsLimit)),
        ];
    }

    private IEnumerable<Difference> Hardened()
    {
        const DriftKind Kind = DriftKind.Hardening;
        return
        [
            .. Difference.OfText(Kind, "read-only root", Flag(_planned.ReadonlyRootfs), Flag(_found.ReadonlyRootfs)),
            .. Difference.OfText(Kind, "privileged", Flag(_planned.Privileged), Flag(_found.Privileged)),
            .. Difference.OfSets(Kind, "dropped capability", Capabilities(_planned.CapDrop), Capabilities(_found.CapDrop)),
            .. Difference.OfSets(Kind, "capability", Capabilities(_planned.CapAdd), Capabilities(_found.CapAdd)),
            .. Difference.OfSets(Kind, "security option", Options(_planned.SecurityOpt), Options(_found.SecurityOpt)),
            .. Difference.OfSets(Kind, "device", _planned.Devices?.Select(device => $"{device.PathOnHost}"), _found.Devices?.Select(device => $"{device.PathOnHost}")),
            .. Difference.OfSets(Kind, "group", _planned.GroupAdd, _found.GroupAdd),
            .. Difference.OfText(Kind, "processes it sees", _planned.PidMode, _found.PidMode),
            .. Difference.OfText(Kind, "memory it shares", Private(_planned.IpcMode), Private(_found.IpcMode)),
            .. Difference.OfText(Kind, "host's name", _planned.UtsMode, _found.UtsMode),
            .. Difference.OfText(Kind, "host's users", _planned.UsernsMode, _found.UsernsMode),
        ];
    }

    private static IEnumerable<string> Ports(IReadOnlyDictionary<string, IReadOnlyList<PortBinding>?>? bindings) =>
        (bindings ?? new Dictionary<string, IReadOnlyList<PortBinding>?>()).SelectMany(port => (port.Value ?? []).Select(binding => $"{port.Key} at {binding.HostIP}:{binding.HostPort}"));

    private static IEnumerable<string>? Capabilities(IReadOnlyList<string>? names) =>
        names?.Select(name => name.ToUpperInvariant()).Select(name => name.StartsWith("CAP_", StringComparison.Ordinal) ? name[4..] : name);

    private static IEnumerable<string>? Options(IReadOnlyList<string>? options) => options?.Select(option => option is "no-new-privileges:true" ? "no-new-privileges" : option);

    private static string Private(string? mode) => mode is null or "" or "private" or "shareable" ? "its own" : mode;

    private static string Text(ContainerMount mount) => $"{mount.Type} {mount.Source} at {mount.Target}{(mount.ReadOnly ? ", read-only" : "")}";

    private static string? Text(int? number) => number?.ToString(CultureInfo.InvariantCulture);

    private static string Limit(long? limit) => limit is null or 0 ? "none" : limit.Value.ToString(CultureInfo.InvariantCulture);

    private static string Flag(bool? flag) => flag is true ? "yes" : "no";
}
