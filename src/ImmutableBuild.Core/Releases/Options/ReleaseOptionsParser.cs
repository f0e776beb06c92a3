using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Debugging;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Bases;
using ImmutableBuild.Images.Layers;
using ImmutableBuild.Registries;
using ImmutableBuild.Scanning;
using ImmutableBuild.Trust;
using static ImmutableBuild.Releases.Options.OptionCatalogue;

namespace ImmutableBuild.Releases.Options;

/// <summary>Makes <see cref="ReleaseOptions"/> of texts, or says everything that is wrong with them at once.</summary>
public static class ReleaseOptionsParser
{
    private const int DefaultContainerPort = 8080;

    /// <summary>Has .NET prepare, once a process, for the first options that are parsed. Another thread may spend that time before they are needed.</summary>
    public static void Prepare()
    {
        try
        {
            _ = IsMistake(App.Name);
            _ = Parse(new RawOptions { Project = new ProjectFacts("app", AppContext.BaseDirectory, ListensOnHttp: true) });
        }
        catch (ImmutableBuildException)
        {
            // Whatever is refused here, the release meets too, and reports.
        }
    }

    /// <summary>Parses; throws one exception with all mistakes (IMB1001 to IMB1004) when there are any.</summary>
    public static ReleaseOptions Parse(RawOptions raw)
    {
        var reader = new OptionReader(raw);
        RefuseNames(raw, reader);
        var port = ContainerPortOf(raw, reader);
        var app = new AppKey(reader.Get(App, LabelOf(raw.Project.Name)), reader.Get(OptionCatalogue.Environment));
        var target = reader.Get(Target);
        var options = new ReleaseOptions
        {
            App = app,
            Given = reader.Given(),
            Target = target,
            AllowDirty = reader.Get(SourceCatalogue.AllowDirty),
            BuildOutputs = reader.GetPaths(SourceCatalogue.BuildOutputs),
            Protected = reader.Get(Protected, app.Environment == "production" && !TargetKind.Of(target).IsThisMachine),
            DataDirectory = reader.FindPath(OptionCatalogue.DataDirectory) ?? Releases.DataDirectory.Default(raw.ReadVariable),
            Bake = ReadBake(raw, reader, app),
            Scan = ReadScan(raw, reader),
            Sign = new SignOptions
            {
                KeyFile = reader.FindPath(KeyCatalogue.File),
                KeyVariable = reader.Find(KeyCatalogue.Variable),
                KmsKey = reader.Get(KeyCatalogue.Kms, null),
                Keyless = reader.Get(KeyCatalogue.Keyless),
                SigningConfig = reader.FindPath(KeyCatalogue.SigningConfig),
                KeyPasswordVariable = reader.Find(KeyCatalogue.PasswordVariable),
                TrustedKeyFiles = reader.GetPaths(KeyCatalogue.Trusted),
                AttestedBom = reader.Get(TrustCatalogue.AttestedBom),
            },
            Push = new PushOptions
            {
                Registry = reader.Find(Registry),
                Mirrors = reader.Get(MirrorRegistries, []),
                Tags = [.. reader.Find(ImageTag) is { } tag ? [tag] : reader.Get(ImageTags, [])],
                UserVariable = reader.Find(RegistryUserVariable),
                PasswordVariable = reader.Find(RegistryPasswordVariable),
                AllowHttp = reader.Get(RegistryAllowHttp),
                Certificates = reader.FindPath(OptionCatalogue.RegistryCertificates),
            },
            Runtime = ReadRuntime(reader, port),
            SecretVariables = Sources(reader.Pairs(Secret, OptionTypes.IsVariableName, OptionTypes.VariableName.Allowed)),
            SecretFileVariables = Sources(reader.Pairs(OptionCatalogue.SecretFile, OptionTypes.FileName)),
            Verify = TrustCatalogue.Read(reader),
            Rollout = ReadRollout(reader),
            PublicPort = reader.Get(PublicPort),
            Bind = reader.Get(OptionCatalogue.Bind, null),
            GatewayBaseImage = reader.Get(GatewayBaseImage),
            LogDriver = reader.Find(LogDriver),
            Debug = new DebugRequest(reader.Get(DebugLimit), reader.Find(DebugImage)),
            RollbackTo = reader.Get(RollbackTo, null),
            Promote = PromoteCatalogue.Read(reader),
            DriftFile = reader.Find(DriftFile),
            GitHub = GitHubCatalogue.Read(reader),
        };
        OptionConflicts.Find(options, reader);
        return reader.Mistakes is { IsEmpty: false } mistakes ? throw new ImmutableBuildException(mistakes) : options;
    }

    /// <summary>The DNS label nearest to a project's name: <c>My.Web App</c> becomes <c>my-web-app</c>.</summary>
    public static string LabelOf(string projectName)
    {
        var label = new StringBuilder(projectName.Length);
        foreach (var letter in projectName)
        {
            if (char.IsAsciiLetterOrDigit(letter))
            {
                label.Append(char.ToLowerInvariant(letter));
            }
            else if (label.Length > 0 && label[^1] != '-')
            {
                label.Append('-');
            }
        }

        var text = label.ToString(0, Math.Min(label.Length, 63)).Trim('-');
        return text.Length == 0 ? "app" : text;
    }

    private static void RefuseNames(RawOptions raw, OptionReader reader)
    {
        foreach (var name in raw.UnknownNames)
        {
            reader.Refuse(SecretNames.TryGetValue(name, out var instead)
                ? ConfigurationErrors.SecretAsProperty(name, instead, raw.Locate(name))
                : ConfigurationErrors.UnknownOption(name, NearestName.Of(name, All.Select(option => option.Name)), raw.Locate(name)));
        }
    }

    private static BakeOptions ReadBake(RawOptions raw, OptionReader reader, AppKey app) => new()
    {
        Dockerfile = reader.Get(DockerfileCatalogue.Bake) == "dockerfile" ? ReadDockerfile(raw, reader) : null,
        BaseImage = reader.Find(OptionCatalogue.BaseImage),
        LockFile = reader.FindPath(LockFile) ?? Path.Combine(raw.Project.Directory, BaseLock.FileName),
        MaxBaseAge = TimeSpan.FromDays(reader.Get(MaxBaseAge)),
        Repository = reader.Get(ImageRepository, app.App),
        WorkingDirectory = reader.Get(WorkingDirectory),
        Compression = reader.Get(Compression),
        Layers = ReadLayers(reader),
        Archive = reader.FindPath(OptionCatalogue.Archive),
        User = reader.Find(User),
        Environment = reader.Pairs(ImageVariable, OptionTypes.IsVariableName, OptionTypes.VariableName.Allowed),
        Labels = ReadLabels(reader),
        Ports = [.. reader.ItemsOf(ImagePort).Select(item => $"{item.Include.Trim()}/{PortType(item)}")],
        Instruction = reader.TextOf(CommandInstruction) is null ? null : reader.Get(CommandInstruction, default),
        AppCommand = Texts(reader, OptionCatalogue.ImageCommand),
        Arguments = Texts(reader, ImageArgument),
        Entrypoint = Texts(reader, ImageEntrypoint),
        EntrypointArguments = Texts(reader, ImageEntrypointArgument),
        DefaultArguments = Texts(reader, ImageDefaultArgument),
    };

    private static ScanOptions ReadScan(RawOptions raw, OptionReader reader)
    {
        var beside = Path.Combine(raw.Project.Directory, Scanning.Dismissals.IgnoreFile.DefaultName);
        return new ScanOptions
        {
            FailOn = reader.Get(ScanCatalogue.FailOn),
            FailOnUnfixed = reader.Find(ScanCatalogue.FailOnUnfixed),
            Advisories = reader.GetPaths(ScanCatalogue.Advisories),
            NuGetAudit = reader.Get(ScanCatalogue.NuGetAudit, null),
            DebianSecurity = [.. reader.Get(ScanCatalogue.DebianSecurity, []).Select(place => place.Contains("://", StringComparison.Ordinal) ? place : Path.GetFullPath(Path.Combine(raw.Project.Directory, place)))],
            DebianKeyring = reader.FindPath(ScanCatalogue.DebianKeyring),
            AdvisoryRefresh = reader.Get(ScanCatalogue.AdvisoryRefresh),
            Scanners = reader.Get(ScanCatalogue.Scanners, []),
            ScannerData = reader.FindPath(ScanCatalogue.ScannerData),
            MaxAdvisoryAge = TimeSpan.FromDays(reader.Get(ScanCatalogue.MaxAdvisoryAge)),
            IgnoreFile = reader.FindPath(ScanCatalogue.IgnoreFile) ?? (File.Exists(beside) ? beside : null),
            VexFiles = reader.GetPaths(ScanCatalogue.Vex),
        };
    }

    private static DockerfileOptions ReadDockerfile(RawOptions raw, OptionReader reader) => new()
    {
        File = reader.FindPath(DockerfileCatalogue.File) ?? Path.Combine(raw.Project.Directory, "Dockerfile"),
        Context = reader.FindPath(DockerfileCatalogue.Context) ?? raw.Project.Directory,
        Target = reader.Find(DockerfileCatalogue.Target),
        Arguments = reader.Pairs(DockerfileCatalogue.Argument, OptionTypes.IsVariableName, OptionTypes.VariableName.Allowed),
    };

    private static ImmutableArray<string> Texts(OptionReader reader, ItemOption option) => [.. reader.ItemsOf(option).Select(item => item.Include)];

    private static ImmutableSortedDictionary<string, string> ReadLabels(OptionReader reader) => ImageLabelOptions.All
        .Where(label => reader.Find(label.Option) is not null)
        .ToImmutableSortedDictionary(label => label.Label, label => reader.Find(label.Option)!, StringComparer.Ordinal)
        .SetItems(reader.Pairs(ImageLabel, name => name.Length > 0, OptionTypes.Text.Allowed));

    private static ImmutableArray<CustomLayer> ReadLayers(OptionReader reader)
    {
        var layers = ImmutableArray.CreateBuilder<CustomLayer>();
        foreach (var item in reader.ItemsOf(Layer))
        {
            ImmutableArray<string> files = [.. (item.Value ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
            if (!AppKey.IsLabel(item.Include) || LayerPlan.Names.Contains(item.Include) || files.IsEmpty)
            {
                reader.Refuse(ConfigurationErrors.InvalidOption(Layer.Name, $"{item.Include} with Files '{item.Value}'", $"a name of lower-case letters, digits and '-' that is none of {string.Join(", ", LayerPlan.Names)}, and at least one pattern in Files", reader.Locate(Layer.Name)));
            }
            else
            {
                layers.Add(new CustomLayer(item.Include, files));
            }
        }

        return layers.ToImmutable();
    }

    private static int? ContainerPortOf(RawOptions raw, OptionReader reader)
    {
        foreach (var item in reader.ItemsOf(ImagePort))
        {
            var type = PortType(item);
            if (!int.TryParse(item.Include.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is < 1 or > 65535 || type is not ("tcp" or "udp"))
            {
                reader.Refuse(ConfigurationErrors.InvalidOption(ImagePort.Name, $"{item.Include}/{type}", "a number from 1 to 65535, with Type tcp or udp", raw.Locate(ImagePort.Name)));
            }
            else if (type == "tcp")
            {
                return number;
            }
        }

        return raw.Project.ListensOnHttp ? DefaultContainerPort : null;
    }

    private static string PortType(RawItem item) => item.Value is { Length: > 0 } type ? type.ToLowerInvariant() : "tcp";

    private static RuntimeConfiguration ReadRuntime(OptionReader reader, int? port) => new()
    {
        Environment = reader.Pairs(InstanceVariable, OptionTypes.IsVariableName, OptionTypes.VariableName.Allowed),
        Arguments = Texts(reader, InstanceArgument),
        DataVolumes = ReadDataVolumes(reader),
        PlatformSettings = ReadPlatformSettings(reader),
        Port = port,
        Instances = reader.Get(Instances),
        Memory = reader.TextOf(Memory) is null ? null : reader.Get(Memory, 0),
        Cpus = reader.TextOf(Cpus) is null ? null : reader.Get(Cpus, 0),
        Probe = new Probe(
            reader.Get(OptionCatalogue.Probe, port is null ? ProbeKind.Process : ProbeKind.Http),
            reader.Get(HealthPath),
            reader.Get(ProbeInterval),
            reader.Get(ProbeTimeout)),
        DrainTimeout = reader.Get(DrainTimeout),
        StopGrace = reader.Get(StopGrace),
        StreamDrainTimeout = reader.Get(StreamDrainTimeout),
    };

    private static ImmutableSortedDictionary<string, string> Sources(ImmutableSortedDictionary<string, string> pairs) => pairs
        .Select(pair => KeyValuePair.Create(pair.Key, pair.Value.Length == 0 ? pair.Key : pair.Value))
        .ToImmutableSortedDictionary(StringComparer.Ordinal);

    private static ImmutableSortedDictionary<string, string> ReadDataVolumes(OptionReader reader)
    {
        var volumes = reader.Pairs(DataVolume, OptionTypes.FileName);
        foreach (var (name, path) in volumes)
        {
            if (DataVolumePath.FindMistake(path) is { } expected)
            {
                reader.Refuse(ConfigurationErrors.InvalidOption(DataVolume.Name, $"{name} with Path '{path}'", expected, reader.Locate(DataVolume.Name)));
            }
        }

        return volumes;
    }

    private static ImmutableSortedDictionary<string, string> ReadPlatformSettings(OptionReader reader)
    {
        var settings = reader.Pairs(PlatformSetting, OptionTypes.SettingName);
        foreach (var (name, value) in settings.Where(setting => !OptionTypes.SettingValue.TryParse(setting.Value, out _)))
        {
            reader.Refuse(ConfigurationErrors.InvalidOption(PlatformSetting.Name, $"{name} with Value '{value}'", OptionTypes.SettingValue.Allowed, reader.Locate(PlatformSetting.Name)));
        }

        return settings;
    }

    private static RolloutPlan ReadRollout(OptionReader reader) => new()
    {
        Strategy = reader.Get(Rollout),
        Steps = reader.Get(CanarySteps),
        StepDuration = reader.Get(CanaryStepDuration),
        HealthySuccesses = reader.Get(HealthSuccesses),
        HealthTimeout = reader.Get(HealthTimeout),
        Soak = reader.Get(Soak),
        Keep = reader.Get(Keep),
        Judge = new JudgeOptions
        {
            MinimumRequests = reader.Get(JudgeMinimumRequests),
            SuccessFloor = reader.Get(JudgeSuccessFloor),
            LatencyCeiling = reader.TextOf(JudgeLatencyCeiling) is null ? null : reader.Get(JudgeLatencyCeiling, default),
            Significance = reader.Get(JudgeSignificance),
            LatencyTolerance = reader.Get(JudgeLatencyTolerance),
            SuccessTolerance = reader.Get(JudgeSuccessTolerance),
            OnInconclusive = reader.Get(JudgeOnInconclusive),
            HoldTimeout = reader.Get(JudgeHoldTimeout),
        },
    };
}
