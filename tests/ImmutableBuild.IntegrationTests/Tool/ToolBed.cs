using System.Collections.Immutable;
using System.Net.Http.Json;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Images;
using ImmutableBuild.IntegrationTests.Local;
using ImmutableBuild.IntegrationTests.Targets;
using ImmutableBuild.Local;
using ImmutableBuild.Local.Gateways;
using ImmutableBuild.Local.Launch;
using ImmutableBuild.Registries;
using ImmutableBuild.Releases;
using ImmutableBuild.Releases.Source;
using ImmutableBuild.Scanning;
using ImmutableBuild.Tests.Tool;
using ImmutableBuild.Trust;

namespace ImmutableBuild.IntegrationTests.Tool;

/// <summary>A data directory with apps that went through the whole chain, so that the tool finds images it may run again; and the tool as a process.</summary>
internal sealed class ToolBed : IAsyncDisposable
{
    private readonly LocalBed _bed = new();
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromMinutes(5) };

    public AppKey App => _bed.App;

    public AppKey OtherEnvironment => _bed.OtherEnvironment;

    public LocalLayout Layout => _bed.Layout;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Bakes, scans, signs, pushes and deploys the test app; the generation that is live then.</summary>
    public async Task<HealthGateRecord> ReleaseAsync(AppKey app, int version, int keep = 0, bool worker = false, params (string Name, string Value)[] behaviour)
    {
        var context = ContextOf(app, keep, worker, behaviour);
        using var registries = new RegistryConnector(context.Options.Push, context.ReadVariable, context.Time);
        await using var target = Open(context, registries);
        IStage[] stages =
        [
            new BakeStage(), new ScanStage(), new SignStage(), new PushStage(),
            new DeployStage(target, new ImageVerifier(context)), new HealthGateStage(target, new ImageVerifier(context)), new DestroyOldStage(target),
        ];
        var begun = ReleaseChain.Begin(Guid.NewGuid().ToString("N"), new ReleaseOptions { App = app, DataDirectory = Layout.Root }, Compiled(version), TimeSpan.Zero);
        return (await new ReleasePipeline(new ReleaseRecordFile(context.WorkDirectory), context).RunAsync(stages, begun, Ct)).HealthGate!;
    }

    /// <summary>Takes what is live in the environment <paramref name="from"/> to <paramref name="app"/>.</summary>
    public async Task<ReleaseRecord> PromoteAsync(string from, AppKey app, int keep = 0, params (string Name, string Value)[] behaviour)
    {
        var context = ContextOf(app, keep, worker: false, behaviour);
        context = context with { Options = context.Options with { Promote = new PromoteOptions { From = from } } };
        using var registries = new RegistryConnector(context.Options.Push, context.ReadVariable, context.Time);
        await using var target = Open(context, registries);
        return await new Promote(target, target, new ImageVerifier(context), new RepositoryImages(context), context).RunAsync(new ConfigurationSource("TestApp.csproj", null, IsDirty: false), Ct);
    }

    /// <summary>Runs <c>immutable</c> with these arguments, over this data directory.</summary>
    public Task<ToolRun> RunAsync(params string[] arguments) => ToolRun.StartAsync(_bed[""], [.. arguments, "--data-directory", Layout.Root]);

    /// <summary>As above, about one app.</summary>
    public Task<ToolRun> RunAsync(AppKey app, params string[] arguments) => RunAsync([.. arguments, "--app", app.App, "--environment", app.Environment]);

    /// <summary>Which generation answers at an address, asked without looking at the app by any other way.</summary>
    public async Task<string?> AskAsync(string url)
    {
        var answer = await _http.GetFromJsonAsync(new Uri(new Uri(url), "/whoami"), WhoAmIJson.Default.WhoAmI, Ct);
        return answer?.Generation;
    }

    /// <summary>kill -9 of keepers, gateways and instances, all at once, as a restart of the host ends them.</summary>
    public async Task LoseEverythingThatRunsAsync()
    {
        await LocalProcesses.KillGatewaysAsync(Layout.Root);
        await LocalProcesses.KillAsync(LocalProcesses.Of(Layout.Root));
        LocalProcesses.Of(Layout.Root).ShouldBeEmpty();
    }

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return _bed.DisposeAsync();
    }

    private StageContext ContextOf(AppKey app, int keep, bool worker, (string Name, string Value)[] behaviour)
    {
        var options = new ReleaseOptions
        {
            App = app,
            DataDirectory = Layout.Root,
            Runtime = Runtime(worker, behaviour),
            Rollout = LocalReleases.QuickPlan with { Keep = keep },
        };
        return new StageContext(options, new NoReporter(), TimeProvider.System, _ => null) { WorkDirectory = Directory.CreateDirectory(_bed[$"work-{app.Environment}"]).FullName };
    }

    private LocalTarget Open(StageContext context, RegistryConnector registries) => LocalTarget.Open(new LocalTargetOptions
    {
        DataDirectory = Layout.Root,
        GatewayProgram = LocalBed.GatewayProgram,
        OpenRepository = repository => ImageStores.Open(repository, Layout.Root, registries, RegistryAccess.Pull),
        ReadVariable = context.ReadVariable,
        Keep = context.Options.Rollout.Keep,
    });

    // An app that listens on nothing is known to run by its process alone.
    private static RuntimeConfiguration Runtime(bool worker, (string Name, string Value)[] behaviour)
    {
        (string Name, string Value)[] variables = [("DOTNET_ROOT", DotnetHost.Find().Root), .. worker ? [("TESTAPP_NEVER_LISTEN", "1")] : Array.Empty<(string, string)>(), .. behaviour];
        return new RuntimeConfiguration
        {
            Port = worker ? null : 8080,

            // The machine may be so busy that a healthy app is late.
            Probe = Probe.Default with { Kind = worker ? ProbeKind.Process : ProbeKind.Http, Timeout = TimeSpan.FromSeconds(10) },
            DrainTimeout = TimeSpan.FromSeconds(30),
            StopGrace = TimeSpan.FromSeconds(2),
            Environment = variables.ToImmutableSortedDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal),
        };
    }

    // The test app as if it had been published from a commit. It takes its runtime from this machine, by DOTNET_ROOT.
    private CompileRecord Compiled(int version)
    {
        var published = Directory.CreateDirectory(_bed[$"published-{version}"]).FullName;
        foreach (var file in Directory.EnumerateFiles(TestAppImages.BuildOutput))
        {
            File.Copy(file, Path.Combine(published, Path.GetFileName(file)), overwrite: true);
        }

        File.WriteAllText(Path.Combine(published, "version.txt"), $"{version}");
        return new CompileRecord
        {
            Commit = CommitSha.Parse(version.ToString("x40")),
            CommitTime = DateTimeOffset.UnixEpoch,
            Version = $"{version}.0.0",
            Project = "src/TestApp/TestApp.csproj",
            Published = [new PublishRecord { Directory = published, RuntimeIdentifier = $"linux-{(HostPlatform.ArchitectureName == "amd64" ? "x64" : HostPlatform.ArchitectureName)}", SelfContained = true, EntryPoint = "ImmutableBuild.TestApp" }],
            SdkVersion = "10.0.100",
        };
    }

    private sealed class NoReporter : IReporter
    {
        public void Started(StageName stage)
        {
        }

        public void Finished(StageName stage, TimeSpan elapsed, string summary)
        {
        }

        public void Detail(string message)
        {
        }

        public void Warn(Diagnostic warning)
        {
        }
    }
}
