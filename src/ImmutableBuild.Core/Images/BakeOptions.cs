using System.Collections.Immutable;
using System.IO.Compression;
using ImmutableBuild.Images.Layers;

namespace ImmutableBuild.Images;

/// <summary>How the image is made. Names follow the .NET SDK's container properties.</summary>
public sealed record BakeOptions
{
    /// <summary><c>ImmutableBake</c> is <c>dockerfile</c>: how the engine makes the image; null where it is made of the publish output.</summary>
    public DockerfileOptions? Dockerfile { get; init; }

    /// <summary><c>ContainerBaseImage</c>: a reference, <c>oci:&lt;directory&gt;[:tag]</c> for a layout, or null for <c>scratch</c>.</summary>
    public string? BaseImage { get; init; }

    /// <summary><c>ImmutableLockFile</c>: the file that pins base images to digests (<see cref="Bases.BaseLock"/>), absolute; null for none.</summary>
    public string? LockFile { get; init; }

    /// <summary><c>ImmutableMaxBaseAge</c>: a base image older than this is warned about; null never.</summary>
    public TimeSpan? MaxBaseAge { get; init; }

    /// <summary><c>ContainerRepository</c>: the image's repository without its registry.</summary>
    public string Repository { get; init; } = "";

    /// <summary><c>ContainerWorkingDirectory</c>; where the app's files go.</summary>
    public string WorkingDirectory { get; init; } = "/app";

    /// <summary><c>ImmutableCompression</c>: how hard is tried to make the layers small.</summary>
    public CompressionLevel Compression { get; init; } = CompressionLevel.Optimal;

    /// <summary><c>ImmutableLayer</c>: files that have a layer of their own.</summary>
    public ImmutableArray<CustomLayer> Layers { get; init; } = [];

    /// <summary><c>ImmutableArchive</c>: the file that the image is written to as well, absolute; null for none.</summary>
    public string? Archive { get; init; }

    /// <summary><c>ContainerUser</c>; null takes the base image's <c>APP_UID</c> or 1654.</summary>
    public string? User { get; init; }

    /// <summary><c>ContainerEnvironmentVariable</c>.</summary>
    public ImmutableSortedDictionary<string, string> Environment { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary><c>ContainerLabel</c>.</summary>
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary><c>ContainerPort</c>, <c>8080/tcp</c>.</summary>
    public ImmutableArray<string> Ports { get; init; } = [];

    /// <summary><c>ContainerEntrypoint</c>: a program that is started in the app's place, and starts it.</summary>
    public ImmutableArray<string> Entrypoint { get; init; } = [];

    /// <summary><c>ContainerEntrypointArgs</c>.</summary>
    public ImmutableArray<string> EntrypointArguments { get; init; } = [];

    /// <summary><c>ContainerAppCommand</c>: what starts the app; empty for the program that was published.</summary>
    public ImmutableArray<string> AppCommand { get; init; } = [];

    /// <summary><c>ContainerDefaultArgs</c>: arguments that those of an instance take the place of.</summary>
    public ImmutableArray<string> DefaultArguments { get; init; } = [];

    /// <summary><c>ContainerAppCommandInstruction</c>; null decides by whether there is an entry point.</summary>
    public AppCommandInstruction? Instruction { get; init; }

    /// <summary><c>ContainerAppCommandArgs</c>: arguments after the app's own command.</summary>
    public ImmutableArray<string> Arguments { get; init; } = [];
}
