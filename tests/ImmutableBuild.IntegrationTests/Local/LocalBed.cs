using System.Collections.Immutable;
using System.Net;
using ImmutableBuild.AcceptanceTests.Infrastructure;
using ImmutableBuild.Generations;
using ImmutableBuild.IntegrationTests.Targets;
using ImmutableBuild.Local;
using ImmutableBuild.Local.Gateways;
using ImmutableBuild.Releases;

namespace ImmutableBuild.IntegrationTests.Local;

/// <summary>A data directory of its own, with real gateways and instances. Nothing of it runs or exists afterwards.</summary>
internal sealed class LocalBed : IServingFixture
{
    private readonly string _directory = Directory.CreateTempSubdirectory("imb-local-").FullName;
    private readonly TestAppImages _images;
    private readonly PublicEntry _entry;

    /// <summary>Makes the bed, its data directory below <paramref name="elsewhere"/> where that is given.</summary>
    public LocalBed(string? elsewhere = null)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "finds processes in /proc");
        _images = new TestAppImages(Path.Combine(_directory, "store"));
        Layout = new LocalLayout(Path.Combine(elsewhere ?? _directory, "data"));
        Target = Open();
        Elsewhere = Open();
        _entry = new PublicEntry(Elsewhere);
    }

    public LocalLayout Layout { get; }

    public IDeploymentTarget Target { get; }

    public IDeploymentTarget Elsewhere { get; }

    public TimeProvider Time => TimeProvider.System;

    public AppKey App { get; } = new("web", "production");

    public AppKey OtherEnvironment { get; } = new("web", "staging");

    public string ImageLayout => Path.Combine(_directory, "store");

    public static string GatewayProgram { get; } = Path.Combine(AppContext.BaseDirectory, "ImmutableBuild.Gateway.dll");

    /// <summary>A file of this bed.</summary>
    public string this[string name] => Path.Combine(_directory, name);

    public LocalTarget Open(int port = 0, Func<string, string?>? readVariable = null, string? gatewayProgram = null, IPAddress? bind = null) => LocalTarget.Open(new LocalTargetOptions
    {
        DataDirectory = Layout.Root,
        GatewayProgram = gatewayProgram ?? GatewayProgram,
        OpenRepository = _ => _images.Layout,
        ReadVariable = readVariable ?? (_ => null),
        PublicPort = port,
        Bind = bind,
    });

    public GenerationSpec Spec(AppKey app, AppVariant variant, int version = 1, int instances = 1) =>
        Spec(app, version, instances, variant switch
        {
            AppVariant.NeverListens => [("TESTAPP_NEVER_LISTEN", "1")],
            AppVariant.Answers500 => [("TESTAPP_HEALTH", "unhealthy")],
            AppVariant.CrashesSoon => [("TESTAPP_CRASH_AFTER_MS", "4000"), ("TESTAPP_CRASH_CODE", "134")],
            _ => [],
        });

    /// <summary>Lets a directory of an unpacked image be written to, as only its owner can.</summary>
    public static void LetWrite(string directory)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    /// <summary>A generation of the test app that behaves as <paramref name="behaviour"/> says.</summary>
    public GenerationSpec Spec(AppKey app, int version, int instances = 1, params (string Name, string Value)[] behaviour) => new()
    {
        App = app,
        Commit = CommitSha.Parse(version.ToString("x40")),
        Image = _images.Write(version),
        Repository = $"local/{app.App}",
        Size = instances,
        Configuration = new RuntimeConfiguration
        {
            Instances = instances,

            // The machine may be so busy that a healthy app is late.
            Probe = Probe.Default with { Timeout = TimeSpan.FromSeconds(10) },
            DrainTimeout = TimeSpan.FromSeconds(30),
            StopGrace = TimeSpan.FromSeconds(2),
            Environment = behaviour.Append(("DOTNET_ROOT", DotnetHost.Find().Root))
                .ToImmutableSortedDictionary(pair => pair.Item1, pair => pair.Item2, StringComparer.Ordinal),
        },
    };

    public Task PauseAsync(TimeSpan time) => Task.Delay(time, TestContext.Current.CancellationToken);

    public Task<GenerationId?> AskAsync(AppKey app) => _entry.AskAsync(app);

    public Task<bool> RequestAsync(AppKey app, TimeSpan duration) => _entry.RequestAsync(app, duration);

    /// <summary>Where the app answers; null when nothing runs for it.</summary>
    public Task<Uri?> UrlAsync(AppKey app) => _entry.UrlAsync(app);

    public async ValueTask DisposeAsync()
    {
        await LocalProcesses.KillGatewaysAsync(Layout.Root);
        await LocalProcesses.KillAsync(LocalProcesses.Of(Layout.Root));
        _entry.Dispose();
        await LeftDirectory.RemoveAsync(() => ImmutableBuild.Local.Files.ReadOnlyTree.Delete(_directory));
    }
}
