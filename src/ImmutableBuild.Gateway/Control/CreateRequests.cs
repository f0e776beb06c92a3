using System.Collections.Immutable;
using System.Net;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Gateway.Control;

/// <summary>What a generation must be before anything is done for it. The message came from outside.</summary>
internal static class CreateRequests
{
    private const int MostInstances = 100;
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <summary>IMB6055 when the request could not mean anything, IMB6054 when its program is not there.</summary>
    public static void Demand(AppKey app, CreateRequest request)
    {
        var spec = request.Spec;
        var configuration = spec.Configuration;
        Demand(configuration is { Probe: { Path: not null }, Environment: not null } && !configuration.Arguments.IsDefault, "the configuration is not whole.");
        Demand(spec.App == app, $"this gateway serves {app}, not {spec.App}.");
        Demand(spec.Size is >= 1 and <= MostInstances, $"a generation has 1 to {MostInstances} instances, not {spec.Size}.");
        Demand(configuration.Probe.Interval >= ShortestInterval && configuration.Probe.Interval < Longest, $"a probe's interval is at least {ShortestInterval}.");
        Demand(configuration.Probe.Timeout > TimeSpan.Zero && configuration.Probe.Timeout < Longest, "a probe's timeout is positive.");
        Demand(IsWait(configuration.DrainTimeout) && IsWait(configuration.StreamDrainTimeout) && IsWait(configuration.StopGrace), $"drain and stop times are from 0 to {Longest}.");
        if (request.Launch is { } launch)
        {
            Demand(request.Places.IsDefaultOrEmpty, "instances are started, or are somewhere else, not both.");
            DemandLaunch(spec, launch);
        }
        else
        {
            DemandPlaces(spec, request.Places);
        }
    }

    /// <summary>IMB6055 when no instance of <paramref name="spec"/> could be at <paramref name="place"/>.</summary>
    public static void DemandPlace(GenerationSpec spec, InstancePlace place)
    {
        Demand(place.Name is { Length: > 0 and <= 63 } && place.Name.All(char.IsAsciiLetterOrDigit), "an instance's name has 1 to 63 letters and digits.");
        Demand(Uri.CheckHostName(place.Host) is UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6, "an instance's host is a DNS name or an IP address.");
        Demand(spec.Configuration.Port is null ? place.Port == 0 : place.Port is > 0 and <= IPEndPoint.MaxPort, "an instance's port is from 1 to 65535, and 0 for a worker.");
    }

    private static void DemandLaunch(GenerationSpec spec, LaunchPlan launch)
    {
        Demand(!launch.Arguments.IsDefault && launch.Environment is not null, "the launch plan is not whole.");
        Demand(Path.IsPathFullyQualified(launch.Executable), $"the executable '{launch.Executable}' is not an absolute path.");
        Demand(launch.Environment!.All(variable => IsVariable(variable.Key, variable.Value)), "an environment variable has no valid name, or holds a zero character.");
        Demand(launch.Arguments.All(argument => !argument.Contains('\0')), "an argument holds a zero character.");
        if (!File.Exists(launch.Executable))
        {
            throw GatewayErrors.InstanceNotStarted(spec.Id, "0", $"{launch.Executable} does not exist.");
        }
    }

    private static void DemandPlaces(GenerationSpec spec, ImmutableArray<InstancePlace> places)
    {
        Demand(!places.IsDefault && places.Length == spec.Size, $"neither a launch plan nor a place for each of {spec.Size} instances is given.");
        Demand(places.Select(place => place.Name).Distinct(StringComparer.Ordinal).Count() == places.Length, "two instances have the same name.");
        foreach (var place in places)
        {
            DemandPlace(spec, place);
        }
    }

    private static bool IsVariable(string name, string? value) => name.Length > 0 && !name.Contains('=') && !name.Contains('\0') && value is not null && !value.Contains('\0');

    private static bool IsWait(TimeSpan time) => time >= TimeSpan.Zero && time < Longest;

    private static void Demand(bool holds, string expected)
    {
        if (!holds)
        {
            throw GatewayErrors.RequestNotUnderstood(expected);
        }
    }
}
