using System.Net;
using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Api.Endpoints;
using ImmutableBuild.Docker.Gateways;

namespace ImmutableBuild.Docker;

/// <summary>What the docker target needs to know of its surroundings.</summary>
internal sealed record DockerTargetOptions
{
    /// <summary>Finds the engine, when it is first needed.</summary>
    public required Func<DockerEndpoint> FindEndpoint { get; init; }

    /// <summary>Makes the image of a <see cref="Generations.GenerationSpec"/> exist in the engine; its id there.</summary>
    public required Func<IDockerClient, Generations.GenerationSpec, CancellationToken, Task<string>> EnsureImage { get; init; }

    /// <summary>The id in the engine of the image of a <see cref="Generations.GenerationSpec"/>; null when it isn't there. Changes nothing.</summary>
    public required Func<IDockerClient, Generations.GenerationSpec, CancellationToken, Task<string?>> FindImage { get; init; }

    /// <summary>Makes the gateway's image exist in the engine; its id there.</summary>
    public required Func<IDockerClient, CancellationToken, Task<string>> EnsureGatewayImage { get; init; }

    /// <summary>Finds the gateway's program that came with this release.</summary>
    public required Func<GatewayProgram> FindGatewayProgram { get; init; }

    /// <summary>Makes an image of tools exist in the engine, by its reference; its id there.</summary>
    public required Func<IDockerClient, string, CancellationToken, Task<string>> EnsureToolsImage { get; init; }

    /// <summary>Reads an environment variable by name; the only way to a secret's value.</summary>
    public required Func<string, string?> ReadVariable { get; init; }

    /// <summary>The app's port on the host: 0 keeps the one it has, or lets the engine choose one at the first start. A worker has none, whatever this says.</summary>
    public int PublicPort { get; init; }

    /// <summary>The address of the host that the app serves on; null keeps the one it has, and is loopback at first.</summary>
    public IPAddress? Bind { get; init; }

    /// <summary>Where the instances' output goes (docker's <c>--log-driver</c>); null for the engine's default.</summary>
    public string? LogDriver { get; init; }

    /// <summary>Where names come from that nobody else may have chosen.</summary>
    public Random Random { get; init; } = Random.Shared;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
