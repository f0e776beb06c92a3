using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Api.Endpoints;
using ImmutableBuild.Docker.Gateways;
using ImmutableBuild.Docker.Images;
using ImmutableBuild.Generations;
using ImmutableBuild.Registries;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Docker;

/// <summary>Opens the docker target for a release or for the tool.</summary>
public static class DockerTargets
{
    /// <summary>Opens it. The engine is the one that docker's own programs would use: DOCKER_HOST, the docker context, the platform's socket.</summary>
    /// <param name="options">The release's options.</param>
    /// <param name="gatewayDirectory">The directory of the gateway's published files.</param>
    /// <param name="registries">Reaches the registries of images and of the gateway's base; the caller's.</param>
    /// <param name="readVariable">Reads an environment variable by name.</param>
    /// <param name="time">The clock.</param>
    public static IDeploymentTarget Open(ReleaseOptions options, string gatewayDirectory, RegistryConnector registries, Func<string, string?> readVariable, TimeProvider time)
    {
        var program = new Lazy<GatewayProgram>(() => GatewayProgram.Find(gatewayDirectory));
        return DockerTarget.Open(new DockerTargetOptions
        {
            FindEndpoint = new EndpointDiscovery(readVariable, OperatingSystem.IsWindows()).Find,
            EnsureImage = (client, spec, cancellationToken) => Images(client).EnsureAsync(spec.Repository, spec.Image, cancellationToken),
            FindImage = (client, spec, cancellationToken) => Images(client).LookAsync(spec.Repository, spec.Image, cancellationToken),
            EnsureGatewayImage = async (client, cancellationToken) =>
                (await new GatewayImage(options.DataDirectory, client, Images(client), registries).EnsureAsync(gatewayDirectory, options.GatewayBaseImage, cancellationToken)).Id,
            FindGatewayProgram = () => program.Value,
            EnsureToolsImage = (client, reference, cancellationToken) => Images(client).EnsureTaggedAsync(ImageReference.Parse(reference), cancellationToken),
            ReadVariable = readVariable,
            PublicPort = options.PublicPort,
            Bind = options.Bind,
            LogDriver = options.LogDriver,
            Time = time,
        });

        EngineImages Images(IDockerClient client) => new(
            client,
            repository => ImageStores.Open(repository, options.DataDirectory, registries, RegistryAccess.Pull),
            new RegistryCredentials(options.Push, readVariable));
    }
}
