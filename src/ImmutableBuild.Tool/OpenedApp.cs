using ImmutableBuild.Docker;
using ImmutableBuild.Generations;
using ImmutableBuild.Local;
using ImmutableBuild.Registries;
using ImmutableBuild.Releases;
using ImmutableBuild.Trust;

namespace ImmutableBuild.Tool;

/// <summary>The target of an app, with what its images are read and verified through.</summary>
internal sealed class OpenedApp : IAsyncDisposable
{
    private readonly RegistryConnector _registries;

    public OpenedApp(AppScope scope, IReporter reporter)
    {
        var options = scope.Options;
        _registries = new RegistryConnector(options.Push, Environment.GetEnvironmentVariable, TimeProvider.System);
        Verifier = new ImageVerifier(new StageContext(options, reporter, TimeProvider.System, Environment.GetEnvironmentVariable)
        {
            WorkDirectory = "",
            OpenKmsKey = KmsKeys.OpenAsync,
        });
        Target = OpenTarget(options);
    }

    /// <summary>The gateway, as the tool brings it.</summary>
    public static string GatewayProgram { get; } = Path.Combine(AppContext.BaseDirectory, "ImmutableBuild.Gateway.dll");

    /// <summary>The system that runs the app.</summary>
    public IDeploymentTarget Target { get; }

    /// <summary>Decides whether an image may run again.</summary>
    public IImageVerifier Verifier { get; }

    public async ValueTask DisposeAsync()
    {
        await Target.DisposeAsync();
        _registries.Dispose();
    }

    private IDeploymentTarget OpenTarget(ReleaseOptions options) => options.Target switch
    {
        "docker" => DockerTargets.Open(options, AppContext.BaseDirectory, _registries, Environment.GetEnvironmentVariable, TimeProvider.System),
        _ => LocalTarget.Open(new LocalTargetOptions
        {
            DataDirectory = options.DataDirectory,
            GatewayProgram = GatewayProgram,
            OpenRepository = repository => ImageStores.Open(repository, options.DataDirectory, _registries, RegistryAccess.Pull),
            ReadVariable = Environment.GetEnvironmentVariable,
            PublicPort = options.PublicPort,
            Keep = options.Rollout.Keep,
        }),
    };
}
