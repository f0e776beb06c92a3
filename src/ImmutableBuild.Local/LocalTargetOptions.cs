using System.Net;
using ImmutableBuild.Images;
using ImmutableBuild.Processes;

namespace ImmutableBuild.Local;

/// <summary>What the local target needs to know of its surroundings.</summary>
public sealed record LocalTargetOptions
{
    /// <summary>The data directory, <see cref="LocalLayout.Root"/>.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>The path of <c>ImmutableBuild.Gateway.dll</c>, beside its <c>.deps.json</c> and <c>.runtimeconfig.json</c>.</summary>
    public required string GatewayProgram { get; init; }

    /// <summary>Where the image of a <see cref="Generations.GenerationSpec.Repository"/> is read: the embedded store, or a registry.</summary>
    public required Func<string, IImageSource> OpenRepository { get; init; }

    /// <summary>Reads an environment variable by name; the only way to a secret's value.</summary>
    public required Func<string, string?> ReadVariable { get; init; }

    /// <summary>The app's public port: 0 keeps the one it has, or chooses one at the first start. A worker has none, whatever this says.</summary>
    public int PublicPort { get; init; }

    /// <summary>The address the app serves on; null keeps the one it has, and is loopback at first.</summary>
    public IPAddress? Bind { get; init; }

    /// <summary>Generations kept warm; the images of two more Live entries of the ledger stay unpacked, so that going back needs no registry.</summary>
    public int Keep { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Starts and finds processes.</summary>
    public IProcessHost Processes { get; init; } = ProcessHost.ForThisSystem();
}
