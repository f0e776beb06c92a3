using ImmutableBuild.Docker;
using ImmutableBuild.Docker.Builds;
using ImmutableBuild.Generations;
using ImmutableBuild.Images;
using ImmutableBuild.Local;
using ImmutableBuild.Registries;
using ImmutableBuild.Releases;
using ImmutableBuild.Scanning;
using ImmutableBuild.Trust;

namespace ImmutableBuild.Shells;

/// <summary>Puts the stages together with the target and the registries they work through.</summary>
public sealed class ReleaseStages : IAsyncDisposable
{
    private readonly StageContext _context;
    private readonly RegistryConnector _registries;

    /// <summary>Opens target and registries; nothing is asked of them yet.</summary>
    /// <param name="context">What the stages get.</param>
    /// <param name="gatewayProgram">The gateway's assembly, as the shell's package brings it.</param>
    public ReleaseStages(StageContext context, string gatewayProgram)
    {
        _context = context;
        _registries = RegistryConnector.Of(context);
        Verifier = new ImageVerifier(context);
        Target = OpenTarget(gatewayProgram);
    }

    /// <summary>The system that runs the app.</summary>
    public IDeploymentTarget Target { get; }

    /// <summary>Decides whether an image may run.</summary>
    public IImageVerifier Verifier { get; }

    /// <summary>The stage of this name.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="keepsLease">The next stage follows in this process, under the same lease.</param>
    public IStage Find(StageName name, bool keepsLease) => name switch
    {
        StageName.Bake => _context.Options.Bake.Dockerfile is null ? new BakeStage() : new DockerfileBakeStage(),
        StageName.Scan => new ScanStage(),
        StageName.Sign => new SignStage(),
        StageName.Push => new PushStage(),
        StageName.Deploy => new DeployStage(Target, Verifier) { KeepsLease = keepsLease },
        StageName.HealthGate => new HealthGateStage(Target, Verifier) { KeepsLease = keepsLease },
        StageName.DestroyOld => new DestroyOldStage(Target),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "Compile is done by the targets."),
    };

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Target.DisposeAsync();
        _registries.Dispose();
    }

    private IDeploymentTarget OpenTarget(string gatewayProgram) => TargetKind.Of(_context.Options.Target) switch
    {
        var kind when kind == TargetKind.Docker => DockerTargets.Open(_context.Options, Path.GetDirectoryName(gatewayProgram)!, _registries, _context.ReadVariable, _context.Time),
        var kind when kind == TargetKind.Local => LocalTarget.Open(new LocalTargetOptions
        {
            DataDirectory = _context.Options.DataDirectory,
            GatewayProgram = gatewayProgram,
            OpenRepository = OpenRepository,
            ReadVariable = _context.ReadVariable,
            PublicPort = _context.Options.PublicPort,
            Bind = _context.Options.Bind,
            Keep = _context.Options.Rollout.Keep,
        }),
        var kind => throw new InvalidOperationException($"No adapter opens the target '{kind.Name}'."),
    };

    private IImageStore OpenRepository(string repository) => ImageStores.Open(repository, _context.Options.DataDirectory, _registries, RegistryAccess.Pull);
}
