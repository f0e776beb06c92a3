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

    public OpenedApp(AppScope scope, IReporter reporter, int keep = 0)
    {
        var options = new ReleaseOptions { App = scope.App, DataDirectory = scope.DataDirectory };
        _registries = new RegistryConnector(options.Push, Environment.GetEnvironmentVariable, TimeProvider.System);
        Verifier = new ImageVerifier(new StageContext(options, reporter, TimeProvider.System, Environment.GetEnvironmentVariable) { WorkDirectory = "" });
        Target = LocalTarget.Open(new LocalTargetOptions
        {
            DataDirectory = scope.DataDirectory,
            GatewayProgram = Path.Combine(AppContext.BaseDirectory, "ImmutableBuild.Gateway.dll"),
            OpenRepository = repository => ImageStores.Open(repository, scope.DataDirectory, _registries, RegistryAccess.Pull),
            ReadVariable = Environment.GetEnvironmentVariable,
            Keep = keep,
        });
    }

    /// <summary>The system that runs the app.</summary>
    public IDeploymentTarget Target { get; }

    /// <summary>Decides whether an image may run again.</summary>
    public IImageVerifier Verifier { get; }

    public async ValueTask DisposeAsync()
    {
        await Target.DisposeAsync();
        _registries.Dispose();
    }
}
