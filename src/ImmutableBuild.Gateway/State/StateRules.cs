using ImmutableBuild.Generations;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Gateway.State;

/// <summary>What holds in every state a gateway writes. One that parses and breaks a rule is no more usable than one that is torn (F10).</summary>
internal static class StateRules
{
    /// <summary>What is wrong with <paramref name="state"/>, for people; null when nothing is.</summary>
    public static string? FirstBroken(GatewayState state, AppKey app)
    {
        if (state.App != app)
        {
            return $"It is the state of {state.App}, not of {app}.";
        }

        if (state.Route is null || state.Route.Shares.IsDefault || state.Generations.IsDefault)
        {
            return "It names no route, or no generations.";
        }

        if (state.Generations.Any(record => !IsWhole(record)))
        {
            return "It holds a generation that is not whole.";
        }

        if (state.Generations.DistinctBy(record => record.Spec.Id).Count() != state.Generations.Length)
        {
            return "It holds a generation twice.";
        }

        var lost = state.Route.Shares.FirstOrDefault(share => state.Find(share.Generation) is not { Phase: not GenerationPhase.Creating });
        return lost is null ? null : $"Its route names generation {lost.Generation}, which it does not hold, or not whole.";
    }

    private static bool IsWhole(GenerationRecord? record) =>
        record is
        {
            Spec.Configuration: { Probe.Path: not null, Environment: not null, Secrets: not null, Arguments.IsDefault: false },
            Launch: null or { Executable: not null, ContentRoot: not null, Environment: not null, Arguments.IsDefault: false },
            Instances.IsDefaultOrEmpty: false,
        }
        && record.Instances.Any(instance => instance is { HasPlace: true })
        && record.Instances.All(instance => instance is { Name: not null, Port: >= 0 and <= ushort.MaxValue } && instance.Host is null == record.Launch is not null);
}
