using ImmutableBuild.Errors;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Gateway.Control;

/// <summary>What a generation must be before anything is done for it. The message came from outside.</summary>
internal static class LaunchPlans
{
    private const int MostInstances = 100;
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <summary>IMB6055 when the request could not mean anything, IMB6054 when its program is not there.</summary>
    public static void Demand(AppKey app, CreateRequest request)
    {
        var (spec, launch) = (request.Spec, request.Launch);
        var configuration = spec.Configuration;
        Demand(configuration is { Probe: { Path: not null }, Environment: not null } && !configuration.Arguments.IsDefault, "the configuration is not whole.");
        Demand(spec.App == app, $"this gateway serves {app}, not {spec.App}.");
        Demand(spec.Size is >= 1 and <= MostInstances, $"a generation has 1 to {MostInstances} instances, not {spec.Size}.");
        Demand(!launch.Arguments.IsDefault && launch.Environment is not null, "the launch plan is not whole.");
        Demand(Path.IsPathFullyQualified(launch.Executable), $"the executable '{launch.Executable}' is not an absolute path.");
        Demand(launch.Environment!.All(variable => IsVariable(variable.Key, variable.Value)), "an environment variable has no valid name, or holds a zero character.");
        Demand(launch.Arguments.All(argument => !argument.Contains('\0')), "an argument holds a zero character.");
        Demand(configuration.Probe.Interval >= ShortestInterval && configuration.Probe.Interval < Longest, $"a probe's interval is at least {ShortestInterval}.");
        Demand(configuration.Probe.Timeout > TimeSpan.Zero && configuration.Probe.Timeout < Longest, "a probe's timeout is positive.");
        Demand(IsWait(configuration.DrainTimeout) && IsWait(configuration.StreamDrainTimeout) && IsWait(configuration.StopGrace), $"drain and stop times are from 0 to {Longest}.");
        if (!File.Exists(launch.Executable))
        {
            throw GatewayErrors.InstanceNotStarted(spec.Id, "0", $"{launch.Executable} does not exist.");
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
