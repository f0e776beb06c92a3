using ImmutableBuild.Errors;
using static ImmutableBuild.Releases.Options.OptionCatalogue;

namespace ImmutableBuild.Releases.Options;

/// <summary>Options that ask of a target what it can't keep. It would not be what was asked for if they were ignored, so that they are refused.</summary>
internal static class TargetConflicts
{
    /// <summary>Refuses each of them.</summary>
    public static void Find(ReleaseOptions options, OptionReader reader)
    {
        var (kind, runtime) = (TargetKind.Of(options.Target), options.Runtime);
        var limits = Lacks(kind, "limit an instance", other => other.LimitsInstances);
        Refuse(!kind.LimitsInstances && runtime.Memory is not null, Memory.Name, limits);
        Refuse(!kind.LimitsInstances && runtime.Cpus is not null, Cpus.Name, limits);
        var mounts = Lacks(kind, "mount anything into an instance", other => other.MountsFiles);
        Refuse(!kind.MountsFiles && !options.SecretFileVariables.IsEmpty, OptionCatalogue.SecretFile.Name, mounts);
        Refuse(!kind.MountsFiles && runtime.DataVolumes is not null, DataVolume.Name, mounts);
        var port = Lacks(kind, "choose where its users come in", other => other.ChoosesPort);
        Refuse(!kind.ChoosesPort && options.PublicPort != 0, PublicPort.Name, port);
        Refuse(!kind.ChoosesPort && options.Bind is not null, OptionCatalogue.Bind.Name, port);
        var known = kind.PlatformSettings.IsEmpty ? "none; leave it out" : string.Join(", ", kind.PlatformSettings);
        foreach (var name in runtime.PlatformSettings?.Keys ?? [])
        {
            Refuse(!kind.PlatformSettings.Contains(name, StringComparer.Ordinal), PlatformSetting.Name, $"the target '{kind.Name}' has no setting '{name}'; it has {known}");
        }

        void Refuse(bool conflict, string option, string why)
        {
            if (conflict)
            {
                reader.Refuse(ConfigurationErrors.ConflictingOptions(option, why, reader.Locate(option)));
            }
        }
    }

    private static string Lacks(TargetKind kind, string what, Func<TargetKind, bool> can) =>
        $"the target '{kind.Name}' can't {what}; use {string.Join(" or ", TargetKind.All.Where(can).Select(other => $"'{other.Name}'"))}, or leave it out";
}
