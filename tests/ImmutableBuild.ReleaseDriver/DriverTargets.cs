using ImmutableBuild.Docker;
using ImmutableBuild.Docker.Api.Endpoints;
using ImmutableBuild.Docker.Gateways;
using ImmutableBuild.Generations;
using ImmutableBuild.Images;
using ImmutableBuild.Local;

namespace ImmutableBuild.ReleaseDriver;

/// <summary>The target that a plan releases to.</summary>
internal static class DriverTargets
{
    /// <summary>Opens it.</summary>
    public static IDeploymentTarget Open(DriverPlan plan, TimeProvider time) => plan.Docker is { } engine ? OpenDocker(engine, time) : OpenLocal(plan, time);

    private static LocalTarget OpenLocal(DriverPlan plan, TimeProvider time) => LocalTarget.Open(new LocalTargetOptions
    {
        DataDirectory = plan.DataDirectory,
        GatewayProgram = plan.GatewayProgram,
        OpenRepository = _ => OciLayout.Open(plan.Layout),
        ReadVariable = Environment.GetEnvironmentVariable,
        Time = time,
    });

    private static DockerTarget OpenDocker(DriverEngine engine, TimeProvider time) => DockerTarget.Open(new DockerTargetOptions
    {
        FindEndpoint = () => EndpointAddress.Parse(engine.Address, "the plan", null),
        EnsureImage = (_, _, _) => Task.FromResult(engine.Image),
        EnsureGatewayImage = (_, _) => Task.FromResult(engine.GatewayImage),
        FindImage = (_, _, _) => Task.FromResult<string?>(engine.Image),
        FindGatewayProgram = () => GatewayProgram.Find(AppContext.BaseDirectory),
        EnsureToolsImage = (_, reference, _) => Task.FromResult(reference),
        ReadVariable = Environment.GetEnvironmentVariable,
        Time = time,
    });
}
