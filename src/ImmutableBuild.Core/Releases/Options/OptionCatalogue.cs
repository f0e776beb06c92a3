using System.Collections.Immutable;
using System.IO.Compression;
using System.Net;
using ImmutableBuild.Generations;
using ImmutableBuild.Images;
using static ImmutableBuild.Releases.Options.OptionTypes;

namespace ImmutableBuild.Releases.Options;

/// <summary>
/// Every knob there is: the one table that parsing, the MSBuild package and <c>docs/properties.md</c> are made from.
/// </summary>
public static class OptionCatalogue
{
    // What is released

    /// <summary>The app's name.</summary>
    public static PropertyOption<string> App { get; } = new("ImmutableApp", Label, null, "The app's name. Default: the project's name, made a DNS label.");

    /// <summary>The environment's name.</summary>
    public static PropertyOption<string> Environment { get; } = new("ImmutableEnvironment", Label, "dev", "The environment it is released to.");

    /// <summary>The target.</summary>
    public static PropertyOption<string> Target { get; } = new("ImmutableTarget", Word([.. TargetKind.All.Select(kind => kind.Name)]), TargetKind.Local.Name, "The system that runs it: processes on this machine, or containers of a Docker engine.");

    /// <summary>Protected environment.</summary>
    public static PropertyOption<bool> Protected { get; } = new("ImmutableProtected", Flag, null, "Refuse what is only warned about elsewhere. Default: true for the environment `production` on any target but `local`.");

    /// <summary>Data directory.</summary>
    public static PropertyOption<string> DataDirectory { get; } = new("ImmutableDataDirectory", FilePath, null, "Where the embedded store, keys and gateways live. Default: the user's data directory (`~/.local/share/immutablebuild` on Linux).");

    /// <summary>Target framework of a multi-targeted project.</summary>
    public static PropertyOption<string> TargetFramework { get; } = new("ImmutableTargetFramework", Text, null, "Which of a multi-targeted project's frameworks is released. Must be set when there is more than one.");

    // The image

    /// <summary>Base image.</summary>
    public static PropertyOption<string> BaseImage { get; } = new("ContainerBaseImage", Text, null, "The image to build on: a reference, or `oci:<directory>[:tag]` for an OCI layout. Default: on `local` none, and the app is published self-contained on an empty image; on other targets the one the .NET SDK would take, Microsoft's `runtime-deps` for a self-contained app, else `aspnet` or `runtime`, of the variant that `ContainerFamily` names.");

    /// <summary>Lock file.</summary>
    public static PropertyOption<string> LockFile { get; } = new("ImmutableLockFile", FilePath, null, "The file that pins the tag of the base image to a digest, so that a commit is always baked upon the same one; `-t:UpdateBase` writes it, and you commit it. Default: `immutable.lock.json` beside the project.");

    /// <summary>Age of the base image.</summary>
    public static PropertyOption<int> MaxBaseAge { get; } = new("ImmutableMaxBaseAge", WholeNumber(1, 3650), "45", "Days after which a base image is warned about: as old are the security fixes in it.");

    /// <summary>Repository.</summary>
    public static PropertyOption<string> ImageRepository { get; } = new("ContainerRepository", Repository, null, "The image's repository, without its registry. Default: the app's name. The embedded store goes by the app's name always.");

    /// <summary>Registry.</summary>
    public static PropertyOption<string> Registry { get; } = new("ContainerRegistry", Host, null, "The registry the image is pushed to. Default: the embedded store under the data directory.");

    /// <summary>Mirrors.</summary>
    public static PropertyOption<ImmutableArray<string>> MirrorRegistries { get; } = new("ImmutableMirrorRegistries", Hosts, null, "Registries, such as those of other regions, that get the image and its signatures as well, under the same repository and tags. When one of them fails, so does Push, and says where the image is; the next run brings it to the others.");

    /// <summary>A tag.</summary>
    public static PropertyOption<string> ImageTag { get; } = new("ContainerImageTag", Tag, null, "A tag beside the one that every release has, its commit's full id. Like that one it never moves: a tag that names another image already is refused, and `latest` always. Not set for uncommitted changes.");

    /// <summary>Tags.</summary>
    public static PropertyOption<ImmutableArray<string>> ImageTags { get; } = new("ContainerImageTags", Tags, null, "Several tags beside the commit's. Set this or `ContainerImageTag`.");

    /// <summary>Where the app's command goes.</summary>
    public static PropertyOption<AppCommandInstruction> CommandInstruction { get; } = new("ContainerAppCommandInstruction", Choice(("Entrypoint", AppCommandInstruction.Entrypoint), ("DefaultArgs", AppCommandInstruction.DefaultArgs), ("None", AppCommandInstruction.None)), null, "Where the app's command goes in the image. Default: `Entrypoint`; `DefaultArgs` where there are `ContainerEntrypoint` items.");

    /// <summary>User.</summary>
    public static PropertyOption<string> User { get; } = new("ContainerUser", UserName, null, "The user the image runs as, never root. Default: the base image's `APP_UID`, or 1654.");

    /// <summary>Working directory.</summary>
    public static PropertyOption<string> WorkingDirectory { get; } = new("ContainerWorkingDirectory", ImageDirectory, "/app", "Where the app's files are in the image.");

    /// <summary>Compression.</summary>
    public static PropertyOption<CompressionLevel> Compression { get; } = new("ImmutableCompression", Choice(("fastest", CompressionLevel.Fastest), ("optimal", CompressionLevel.Optimal), ("smallest", CompressionLevel.SmallestSize)), "optimal", "How hard is tried to make the image's layers small. Another value gives the same content another digest.");

    /// <summary>Archive.</summary>
    public static PropertyOption<string> Archive { get; } = new("ImmutableArchive", FilePath, null, "A file that Bake writes the image to as well, for `docker load` and for tools that take an OCI archive. Default: none.");

    /// <summary>Registry user.</summary>
    public static PropertyOption<string> RegistryUserVariable { get; } = new("ImmutableRegistryUserVariable", VariableName, null, "The environment variable that holds the registry's user name.");

    /// <summary>Registry password.</summary>
    public static PropertyOption<string> RegistryPasswordVariable { get; } = new("ImmutableRegistryPasswordVariable", VariableName, null, "The environment variable that holds the registry's password or token.");

    /// <summary>Plain HTTP.</summary>
    public static PropertyOption<bool> RegistryAllowHttp { get; } = new("ImmutableRegistryAllowHttp", Flag, "false", "Talk plain HTTP to the registry. Loopback addresses need no permission, nor do those that `DOTNET_CONTAINER_INSECURE_REGISTRIES` names, separated by `,` or `;`.");

    /// <summary>Certificates.</summary>
    public static PropertyOption<string> RegistryCertificates { get; } = new("ImmutableRegistryCertificates", FilePath, null, "A directory of certificates of registries, of the form of docker's `/etc/docker/certs.d`: `<host[:port]>/ca.crt`, and `client.cert` with `client.key`. Default: docker's. An engine that pulls reads docker's only.");

    // How instances run

    /// <summary>Public port.</summary>
    public static PropertyOption<int> PublicPort { get; } = new("ImmutablePort", Port, "0", "The port the app's users reach on the targets `local` and `docker`; 0 lets the target choose one and keep it.");

    /// <summary>Address of the public port.</summary>
    public static PropertyOption<IPAddress?> Bind { get; } = new("ImmutableBind", Address, null, "The address that the public port is on; with `0.0.0.0` other machines reach the app too. Default: the one it has; at first `127.0.0.1`, which only this machine reaches, or the engine's.");

    /// <summary>Instances.</summary>
    public static PropertyOption<int> Instances { get; } = new("ImmutableInstances", WholeNumber(1, 100), "1", "How many instances each generation has.");

    /// <summary>Memory.</summary>
    public static PropertyOption<long> Memory { get; } = new("ImmutableMemory", Bytes, null, "On `docker`: the most memory an instance may use. Part of the generation's identity. Default: no limit.");

    /// <summary>Processors.</summary>
    public static PropertyOption<double> Cpus { get; } = new("ImmutableCpus", Number(0.01, 1024), null, "On `docker`: the most processors an instance may use, `1.5` say. Part of the generation's identity. Default: no limit.");

    /// <summary>Probe kind.</summary>
    public static PropertyOption<ProbeKind> Probe { get; } = new("ImmutableProbe", Choice(("http", ProbeKind.Http), ("tcp", ProbeKind.Tcp), ("process", ProbeKind.Process)), null, "How an instance is asked whether it is ready. Default: `http`; `process` for a worker.");

    /// <summary>Health path.</summary>
    public static PropertyOption<string> HealthPath { get; } = new("ImmutableHealthPath", new OptionType<string>("a path that starts with '/', at most 1024 characters, no spaces", IsPath), "/health", "What an `http` probe asks for; 200 to 299 is healthy. Where the app has nothing on the default path (404, or no HTTP at all), an accepted connection counts, with a warning (IMB7012); any other path has to answer.");

    /// <summary>Probe interval.</summary>
    public static PropertyOption<TimeSpan> ProbeInterval { get; } = new("ImmutableProbeInterval", Duration, "200ms", "Time between two probes of an instance.");

    /// <summary>Probe timeout.</summary>
    public static PropertyOption<TimeSpan> ProbeTimeout { get; } = new("ImmutableProbeTimeout", Duration, "2s", "A probe that takes longer has failed.");

    /// <summary>Drain timeout.</summary>
    public static PropertyOption<TimeSpan> DrainTimeout { get; } = new("ImmutableDrainTimeout", Duration, "30s", "Time that requests in flight get to end once the route has left their generation.");

    /// <summary>Stream drain timeout.</summary>
    public static PropertyOption<TimeSpan> StreamDrainTimeout { get; } = new("ImmutableStreamDrainTimeout", Duration, "30s", "Time that long-lived streams get once draining begins.");

    /// <summary>Stop grace.</summary>
    public static PropertyOption<TimeSpan> StopGrace { get; } = new("ImmutableStopGrace", Duration, "10s", "Time between asking an instance to stop and killing its process group.");

    /// <summary>Gateway's base.</summary>
    public static PropertyOption<string> GatewayBaseImage { get; } = new("ImmutableGatewayBaseImage", Text, "mcr.microsoft.com/dotnet/aspnet:10.0", "On `docker`: the image that the gateway's is made upon, one with the ASP.NET Core runtime.");

    /// <summary>Log driver.</summary>
    public static PropertyOption<string> LogDriver { get; } = new("ImmutableLogDriver", Text, null, "On `docker`: where the instances' output goes (docker's `--log-driver`). Default: the engine's own. A driver that can't be read back leaves errors without the instance's last lines.");

    // How traffic moves

    /// <summary>Rollout strategy.</summary>
    public static PropertyOption<RolloutStrategy> Rollout { get; } = new("ImmutableRollout", Choice(("bluegreen", RolloutStrategy.BlueGreen), ("canary", RolloutStrategy.Canary)), "bluegreen", "How the route moves: in one step, or in steps with a verdict between.");

    /// <summary>Canary steps.</summary>
    public static PropertyOption<ImmutableArray<int>> CanarySteps { get; } = new("ImmutableCanarySteps", Percentages, "10,50", "The new generation's shares of the traffic before 100 percent.");

    /// <summary>Canary step duration.</summary>
    public static PropertyOption<TimeSpan> CanaryStepDuration { get; } = new("ImmutableCanaryStepDuration", Duration, "30s", "How long each canary step is watched before the judge speaks.");

    /// <summary>Successes.</summary>
    public static PropertyOption<int> HealthSuccesses { get; } = new("ImmutableHealthSuccesses", WholeNumber(1, 1000), "3", "Probes each instance must pass in a row.");

    /// <summary>Health timeout.</summary>
    public static PropertyOption<TimeSpan> HealthTimeout { get; } = new("ImmutableHealthTimeout", Duration, "1m", "How long a new generation may take until all its instances are healthy.");

    /// <summary>Soak.</summary>
    public static PropertyOption<TimeSpan> Soak { get; } = new("ImmutableSoak", Duration, "2s", "How long the new generation is watched after the switch; the old one stays warm meanwhile.");

    /// <summary>Keep.</summary>
    public static PropertyOption<int> Keep { get; } = new("ImmutableKeep", WholeNumber(0, 20), "0", "Old generations kept running without traffic, for instant rollback.");

    /// <summary>Drift's file.</summary>
    public static PropertyOption<string> DriftFile { get; } = new("ImmutableDriftFile", FilePath, null, "Where `-t:Drift` writes its report, as JSON. Default: nowhere.");

    /// <summary>Rollback's goal.</summary>
    public static PropertyOption<GenerationId?> RollbackTo { get; } = new("ImmutableRollbackTo", Generation, null, "The generation that `-t:Rollback` goes to. Default: the one that was live before.");

    /// <summary>Debug: how long.</summary>
    public static PropertyOption<TimeSpan> DebugLimit { get; } = new("ImmutableDebugLimit", Duration, "15m", "How long a copy that `-t:Debug` starts is there at most.");

    /// <summary>Debug: with which tools.</summary>
    public static PropertyOption<string> DebugImage { get; } = new("ImmutableDebugImage", Text, null, "An image with a shell that `-t:Debug` starts beside the copy, to look with; it sees the copy's processes, files and network. Default: the shell of the app's own image.");

    /// <summary>Judge: requests.</summary>
    public static PropertyOption<int> JudgeMinimumRequests { get; } = new("ImmutableJudgeMinimumRequests", WholeNumber(1, 1_000_000), "50", "Requests the new generation must have served, at a canary step or of all traffic after the switch, before the judge can tell.");

    /// <summary>Judge: success floor.</summary>
    public static PropertyOption<double> JudgeSuccessFloor { get; } = new("ImmutableJudgeSuccessFloor", Number(0, 1), "0.99", "Success rate below which the new generation fails, at a canary step and while all traffic is watched after the switch, whatever the old one does.");

    /// <summary>Judge: latency ceiling.</summary>
    public static PropertyOption<TimeSpan> JudgeLatencyCeiling { get; } = new("ImmutableJudgeLatencyCeiling", Duration, null, "p99 latency above which the new generation fails, whatever the old one does. Default: none.");

    /// <summary>Judge: significance.</summary>
    public static PropertyOption<double> JudgeSignificance { get; } = new("ImmutableJudgeSignificance", Number(0.000001, 0.5), "0.01", "How likely the judge may fail a generation that is not worse by chance alone, over all its tests and looks at a step together.");

    /// <summary>Judge: latency tolerance.</summary>
    public static PropertyOption<double> JudgeLatencyTolerance { get; } = new("ImmutableJudgeLatencyTolerance", Number(1, 100), "1.25", "How much slower the new generation may be, as a factor of the old one's latency.");

    /// <summary>Judge: success tolerance.</summary>
    public static PropertyOption<double> JudgeSuccessTolerance { get; } = new("ImmutableJudgeSuccessTolerance", Number(0, 1), "0.005", "How much lower the new generation's success rate may be.");

    /// <summary>Judge: inconclusive.</summary>
    public static PropertyOption<InconclusiveAction> JudgeOnInconclusive { get; } = new("ImmutableJudgeOnInconclusive", Choice(("abort", InconclusiveAction.Abort), ("hold", InconclusiveAction.Hold)), "abort", "What to do when the judge can't tell: give up, or stay at the step and look again.");

    /// <summary>Judge: hold timeout.</summary>
    public static PropertyOption<TimeSpan> JudgeHoldTimeout { get; } = new("ImmutableJudgeHoldTimeout", Duration, "5m", "How long `hold` lasts before it gives up.");

    /// <summary>All properties, in the order they are documented.</summary>
    public static ImmutableArray<PropertyOption> All { get; } =
    [
        App, Environment, Target, .. SourceCatalogue.All, Protected, DataDirectory, TargetFramework,
        .. DockerfileCatalogue.All, BaseImage, LockFile, MaxBaseAge, ImageRepository, Registry, MirrorRegistries, ImageTag, ImageTags, User, WorkingDirectory, Compression, Archive, CommandInstruction, .. ImageLabelOptions.All.Select(label => label.Option), RegistryUserVariable, RegistryPasswordVariable, RegistryAllowHttp, RegistryCertificates,
        .. ScanCatalogue.All, .. KeyCatalogue.All, TrustCatalogue.AttestedBom, .. TrustCatalogue.Verification,
        PublicPort, Bind, Instances, Memory, Cpus, Probe, HealthPath, ProbeInterval, ProbeTimeout, DrainTimeout, StreamDrainTimeout, StopGrace, GatewayBaseImage, LogDriver,
        Rollout, CanarySteps, CanaryStepDuration, HealthSuccesses, HealthTimeout, Soak, Keep, RollbackTo, .. PromoteCatalogue.All, DebugLimit, DebugImage, DriftFile,
        JudgeMinimumRequests, JudgeSuccessFloor, JudgeLatencyCeiling, JudgeSignificance, JudgeLatencyTolerance, JudgeSuccessTolerance, JudgeOnInconclusive, JudgeHoldTimeout,
        .. GitHubCatalogue.All,
    ];

    /// <summary>Environment variables of the image.</summary>
    public static ItemOption ImageVariable { get; } = new("ContainerEnvironmentVariable", "the variable's name", "Value", "An environment variable baked into the image.");

    /// <summary>Labels of the image.</summary>
    public static ItemOption ImageLabel { get; } = new("ContainerLabel", "the label's name", "Value", "A label of the image.");

    /// <summary>Ports of the image.</summary>
    public static ItemOption ImagePort { get; } = new("ContainerPort", "the port's number", "Type", "A port the app listens on inside its image; `Type` is `tcp` (default) or `udp`. The first tcp port is the one traffic goes to. Default: 8080 for a web app, none for a worker.");

    /// <summary>Layers of the image.</summary>
    public static ItemOption Layer { get; } = new("ImmutableLayer", "the layer's name", "Files", "Published files that get a layer of their own, since they change at a rate of their own: `Files` has patterns of their paths within the publish output, `models/*;*.onnx` (`*` stands for any characters, slashes too). Runtime, packages, referenced projects, `wwwroot`, what starts and sets up the app, and its own code have layers without it.");

    /// <summary>Arguments of the app, in the image.</summary>
    public static ItemOption ImageArgument { get; } = new("ContainerAppCommandArgs", "one argument", null, "An argument after the app's own command, baked into the image.");

    /// <summary>The app's command.</summary>
    public static ItemOption ImageCommand { get; } = new("ContainerAppCommand", "one part", null, "What starts the app in the image. Default: the published program.");

    /// <summary>Entry point of the image.</summary>
    public static ItemOption ImageEntrypoint { get; } = new("ContainerEntrypoint", "one part", null, "A program of the image that is started in the app's place and gets the app's command as arguments (see `ContainerAppCommandInstruction`).");

    /// <summary>Arguments of the entry point.</summary>
    public static ItemOption ImageEntrypointArgument { get; } = new("ContainerEntrypointArgs", "one argument", null, "An argument of `ContainerEntrypoint`. Without one, an argument of the app that `ImmutableArgument` takes the place of.");

    /// <summary>Default arguments of the image.</summary>
    public static ItemOption ImageDefaultArgument { get; } = new("ContainerDefaultArgs", "one argument", null, "An argument at the end, which `ImmutableArgument` takes the place of.");

    /// <summary>Environment variables of the instances.</summary>
    public static ItemOption InstanceVariable { get; } = new("ImmutableEnvironmentVariable", "the variable's name", "Value", "An environment variable of each instance. Part of the generation's identity: a change makes a new generation.");

    /// <summary>Secrets of the instances.</summary>
    public static ItemOption Secret { get; } = new("ImmutableSecret", "the variable's name in the app", "Variable", "A secret of each instance: `Variable` names the environment variable of the release that holds the value (default: the same name). The value is in no log, record or image; the `local` target keeps it while the generation exists, to start an instance again, in the state file of the app, which only its owner may read.");

    /// <summary>Secrets of the instances as files.</summary>
    public static ItemOption SecretFile { get; } = new("ImmutableSecretFile", "the file's name", "Variable", "On `docker`: a secret of each instance, as the file `/run/secrets/<name>` that only the image's user can read (in .NET: `AddKeyPerFile(\"/run/secrets\")`). `Variable` names the environment variable of the release that holds the value (default: the same name).");

    /// <summary>Data that outlives generations.</summary>
    public static ItemOption DataVolume { get; } = new("ImmutableDataVolume", "the volume's name", "Path", "On `docker`: a volume of the app and environment, seen by each instance at `Path`, the only place but `/tmp` that it can write to. It is never removed.");

    /// <summary>Settings of one target's system.</summary>
    public static ItemOption PlatformSetting { get; } = new("ImmutablePlatformSetting", "the setting's name", "Value", "What the system of the target alone knows of how instances run. Part of the generation's identity. `local` and `docker` have none, and refuse it.");

    /// <summary>Arguments of the instances.</summary>
    public static ItemOption InstanceArgument { get; } = new("ImmutableArgument", "one argument", null, "An argument of each instance, after those of the image.");

    /// <summary>All items, in the order they are documented.</summary>
    public static ImmutableArray<ItemOption> Items { get; } = [ImageVariable, ImageLabel, ImagePort, Layer, DockerfileCatalogue.Argument, ImageCommand, ImageArgument, ImageEntrypoint, ImageEntrypointArgument, ImageDefaultArgument, InstanceVariable, Secret, SecretFile, DataVolume, PlatformSetting, InstanceArgument];

    /// <summary>
    /// Names people reach for to hand over a secret, each with the option that takes a variable's name instead. They are
    /// refused, because MSBuild writes properties to its logs.
    /// </summary>
    public static ImmutableSortedDictionary<string, string> SecretNames { get; } = new Dictionary<string, string>
    {
        ["ImmutableRegistryPassword"] = RegistryPasswordVariable.Name,
        ["ImmutableRegistryToken"] = RegistryPasswordVariable.Name,
        ["ImmutableGitHubToken"] = GitHubCatalogue.TokenVariable.Name,
        ["ImmutableKey"] = KeyCatalogue.Variable.Name,
        ["ImmutableKeyPassword"] = KeyCatalogue.PasswordVariable.Name,
    }.ToImmutableSortedDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>The option of this name, compared without regard to case; null when there is none.</summary>
    public static PropertyOption? Find(string name) => All.FirstOrDefault(option => string.Equals(option.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// Whether a property of this name is a mistake: a near miss of an option, or one of <see cref="SecretNames"/>. Other
    /// names that begin with the same word are none of ours.
    /// </summary>
    public static bool IsMistake(string name) =>
        SecretNames.ContainsKey(name)
        || (name.StartsWith("Immutable", StringComparison.OrdinalIgnoreCase)
            && Find(name) is null
            && !Items.Any(item => string.Equals(item.Name, name, StringComparison.OrdinalIgnoreCase))
            && NearestName.Of(name, All.Select(option => option.Name)) is not null);

    private static bool IsPath(string text, out string value)
    {
        value = text;
        return text.Length <= 1024 && text.StartsWith('/') && !text.Any(letter => char.IsWhiteSpace(letter) || char.IsControl(letter));
    }
}
