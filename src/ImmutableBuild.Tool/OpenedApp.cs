using ImmutableBuild.Generations;
using ImmutableBuild.Releases;
using ImmutableBuild.Trust;

namespace ImmutableBuild.Tool;

/// <summary>The target of an app, with what its images are read and verified through.</summary>
internal sealed class OpenedApp : IAsyncDisposable
{
    private readonly ReleaseStages _stages;

    public OpenedApp(AppScope scope, IReporter reporter)
    {
        Context = new StageContext(scope.Options, reporter, TimeProvider.System, Environment.GetEnvironmentVariable) { WorkDirectory = "", OpenKmsKey = KmsKeys.OpenAsync };
        _stages = new ReleaseStages(Context, GatewayProgram);
    }

    /// <summary>The gateway, as the tool brings it.</summary>
    public static string GatewayProgram { get; } = Path.Combine(AppContext.BaseDirectory, "ImmutableBuild.Gateway.dll");

    /// <summary>What is asked and told beside the target.</summary>
    public StageContext Context { get; }

    /// <summary>The system that runs the app.</summary>
    public IDeploymentTarget Target => _stages.Target;

    /// <summary>Decides whether an image may run again.</summary>
    public IImageVerifier Verifier => _stages.Verifier;

    public ValueTask DisposeAsync() => _stages.DisposeAsync();
}
