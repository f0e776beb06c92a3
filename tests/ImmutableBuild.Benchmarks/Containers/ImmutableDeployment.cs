using System.Collections.Immutable;
using ImmutableBuild.Benchmarks.Measuring;
using ImmutableBuild.Benchmarks.Subjects;
using ImmutableBuild.Docker;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Rollouts;
using ImmutableBuild.Registries;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Benchmarks.Containers;

/// <summary>The docker target, rolled out as the stages Deploy, HealthGate and DestroyOld of a release do, with a release's default options.</summary>
internal sealed class ImmutableDeployment : IDeployment
{
    private const string Writer = "benchmark";

    private readonly AppImage _image;
    private readonly AppKey _app = new($"bench-{Guid.NewGuid().ToString("N")[..8]}", "benchmark");
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("immutable-bench-");
    private readonly RegistryConnector _registries = new(new PushOptions(), Environment.GetEnvironmentVariable, TimeProvider.System);
    private readonly IDeploymentTarget _target;

    public ImmutableDeployment(AppImage image, string baseImage)
    {
        _image = image;
        var port = Ports.Free();
        Address = new Uri($"http://127.0.0.1:{port}/");
        var options = new ReleaseOptions { App = _app, DataDirectory = _data.FullName, GatewayBaseImage = baseImage, PublicPort = port };
        _target = DockerTargets.Open(options, AppContext.BaseDirectory, _registries, Environment.GetEnvironmentVariable, TimeProvider.System);
    }

    public string Name => "ImmutableBuild";

    public Uri Address { get; }

    /// <summary>The name of its container with <paramref name="role"/>.</summary>
    public Task<string> ContainerAsync(string role, CancellationToken cancellationToken) =>
        DockerProgram.RunAsync(cancellationToken, "ps", "--format", "{{.Names}}", "--filter", Mine, "--filter", $"label=org.immutablebuild.role={role}");

    public async Task DeployAsync(int number, CancellationToken cancellationToken)
    {
        var spec = new GenerationSpec
        {
            App = _app,
            Commit = CommitSha.Parse(new string('b', 40)),
            Image = _image.Digest,
            Repository = _image.Repository,
            Configuration = new RuntimeConfiguration
            {
                Port = HelloApp.ContainerPort,
                Environment = ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, [KeyValuePair.Create(HelloApp.NumberVariable, $"{number}")]),
            },
            Size = 1,
        };
        foreach (var goal in (RolloutGoal[])[RolloutGoal.Created, RolloutGoal.Live, RolloutGoal.Converged])
        {
            var settings = new RolloutSettings { KeepLease = goal != RolloutGoal.Converged };
            var desired = new Desired { Spec = spec, Plan = new RolloutPlan(), Goal = goal, Cause = LedgerCause.Release, Writer = Writer };
            await new RolloutRunner(_target, TimeProvider.System, new QuietReporter(), settings).RunAsync(desired, cancellationToken);
        }
    }

    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        var lease = await _target.AcquireLeaseAsync(_app, new LeaseRequest(Writer, TimeSpan.FromMinutes(1)), cancellationToken);
        await _target.StopAsync(_app, lease, cancellationToken);
        await _target.ReleaseLeaseAsync(_app, lease, cancellationToken);
        await DockerProgram.RunAsync(cancellationToken, ["volume", "rm", .. (await DockerProgram.RunAsync(cancellationToken, "volume", "ls", "-q", "--filter", Mine)).Split('\n')]);
    }

    public async ValueTask DisposeAsync()
    {
        if ((await ContainerAsync("gateway", CancellationToken.None)).Length > 0)
        {
            await RemoveAsync(CancellationToken.None);
        }

        await _target.DisposeAsync();
        _registries.Dispose();
        _data.Delete(recursive: true);
    }

    private string Mine => $"label=org.immutablebuild.app={_app.App}";
}
