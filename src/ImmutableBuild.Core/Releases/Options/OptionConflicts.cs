using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Bases;
using static ImmutableBuild.Releases.Options.OptionCatalogue;

namespace ImmutableBuild.Releases.Options;

/// <summary>Options that are each valid, but not together.</summary>
internal static class OptionConflicts
{
    /// <summary>Refuses every pair that contradicts itself.</summary>
    public static void Find(ReleaseOptions options, OptionReader reader)
    {
        RefuseWhen(options is { Protected: true, AllowDirty: true }, SourceCatalogue.AllowDirty, $"a protected environment ('{options.App.Environment}') is never released from a dirty working tree");
        RefuseWhen(options.Sign is { KeyFile: not null, KeyVariable: not null }, KeyCatalogue.File, $"it names one signing key and {KeyCatalogue.Variable.Name} another; set one of the two");
        RefuseWhen(options.Sign is { KmsKey: not null } and not { KeyFile: null, KeyVariable: null }, KeyCatalogue.Kms, $"it names one signing key, {KeyCatalogue.File.Name} or {KeyCatalogue.Variable.Name} another; set one of them");
        RefuseWhen(options.Sign is { Keyless: true } and not { KeyFile: null, KeyVariable: null, KmsKey: null }, KeyCatalogue.Keyless, $"{KeyCatalogue.File.Name}, {KeyCatalogue.Variable.Name} or {KeyCatalogue.Kms.Name} names a key; set one of them");
        RefuseWhen(options.Push.PasswordVariable is null != options.Push.UserVariable is null, RegistryPasswordVariable, $"it and {RegistryUserVariable.Name} belong together; set both or none");
        RefuseWhen(!options.Push.Mirrors.IsEmpty && options.Push.Registry is null, MirrorRegistries, $"there is nothing to mirror without {Registry.Name}; set it to the registry that the app runs from");
        RefuseWhen(options.Push.Mirrors.Append(options.Push.Registry).Distinct().Count() <= options.Push.Mirrors.Length, MirrorRegistries, "it names a registry twice, or the one that is mirrored");
        var kind = TargetKind.Of(options.Target);
        var worker = options.Runtime.Port is null;
        RefuseWhen(worker && options.Rollout.Strategy == RolloutStrategy.Canary, Rollout, "a canary divides traffic, and this app listens on no port; use 'bluegreen', or declare its port with a ContainerPort item");
        RefuseWhen(worker && options.Runtime.Probe.Kind != ProbeKind.Process, OptionCatalogue.Probe, "this app listens on no port; use 'process', or declare its port with a ContainerPort item");
        RefuseWhen(worker && options.PublicPort != 0, PublicPort, "this app listens on no port, so it can have no public one; declare its port with a ContainerPort item");
        RefuseWhen(worker && options.Bind is not null, OptionCatalogue.Bind, "this app listens on no port, so on no address either; declare its port with a ContainerPort item");
        RefuseWhen(options.Runtime.Probe.Interval <= TimeSpan.Zero, ProbeInterval, "the time between two probes must be longer than nothing");
        RefuseWhen(options.Runtime.Probe.Timeout <= TimeSpan.Zero, ProbeTimeout, "a probe needs some time to be answered");
        RefuseWhen(reader.TextOf(ImageTag) is not null && reader.TextOf(ImageTags) is not null, ImageTag, $"{ImageTags.Name} is set as well; set one of the two");
        RefuseWhen(reader.ForRelease && kind.RunsContainers && options.Bake is { BaseImage: null, Dockerfile: null }, Target, $"a container has nothing but its image, and without {OptionCatalogue.BaseImage.Name} that holds no C library; set it, to mcr.microsoft.com/dotnet/aspnet:10.0 say");
        RefuseImage(options, reader);
        DockerfileConflicts.Find(options.Bake, reader);
        TargetConflicts.Find(options, reader);
        RefuseOverlaps(options, reader);
        foreach (var name in options.SecretVariables.Keys.Where(options.Runtime.Environment.ContainsKey))
        {
            reader.Refuse(ConfigurationErrors.ConflictingOptions(Secret.Name, $"'{name}' is also an {InstanceVariable.Name}; keep the secret only", reader.Locate(Secret.Name)));
        }

        void RefuseWhen(bool conflict, PropertyOption option, string why)
        {
            if (conflict)
            {
                reader.Refuse(ConfigurationErrors.ConflictingOptions(option.Name, why, reader.Locate(option.Name)));
            }
        }
    }

    private static void RefuseOverlaps(ReleaseOptions options, OptionReader reader)
    {
        var paths = options.Runtime.DataVolumes?.Values.Select(path => path + "/").ToList() ?? [];
        if (paths.Any(path => paths.Count(other => path.StartsWith(other, StringComparison.Ordinal)) > 1))
        {
            reader.Refuse(ConfigurationErrors.ConflictingOptions(DataVolume.Name, "two volumes can't be at one path, or one inside the other", reader.Locate(DataVolume.Name)));
        }
    }

    private static void RefuseImage(ReleaseOptions options, OptionReader reader)
    {
        if (Images.ImageCommand.FindConflict(options.Bake, !options.Runtime.Arguments.IsEmpty) is var (name, why))
        {
            reader.Refuse(ConfigurationErrors.ConflictingOptions(name, why, reader.Locate(name)));
        }

        if (options.Bake.User is { } user && ImageUser.IsRoot(user))
        {
            reader.Refuse(BakeErrors.RootUser(user));
        }

        if (options.Bake.BaseImage is { } image && BaseImageResolver.FindMistake(image) is { } mistake)
        {
            reader.Refuse(mistake);
        }

        if (TargetKind.Of(options.Target) == TargetKind.Docker && BaseImageResolver.FindMistake(options.GatewayBaseImage) is { } gatewayMistake)
        {
            reader.Refuse(gatewayMistake);
        }

        if (options.Debug.ToolsImage is { } tools && BaseImageResolver.FindMistake(tools) is { } toolsMistake)
        {
            reader.Refuse(toolsMistake);
        }

        foreach (var refused in RefusedOption.All.Where(option => option.IsRefused(reader.TextOf) && (!option.OnlyWithDockerfile || options.Bake.Dockerfile is not null)))
        {
            reader.Refuse(ConfigurationErrors.RefusedOption(refused.Name, reader.TextOf(refused.Name)!, refused.Why, reader.Locate(refused.Name)));
        }
    }
}
