namespace ImmutableBuild.Docker.Api;

/// <summary>
/// The calls of the Docker Engine API that this product makes, named and grouped as in Docker.DotNet, so that the official client can take the
/// place of this one (docs/decisions/0001). A call that fails throws a <see cref="DockerApiException"/>.
/// </summary>
internal interface IDockerClient : IAsyncDisposable
{
    /// <summary>Containers.</summary>
    IContainerOperations Containers { get; }

    /// <summary>Images.</summary>
    IImageOperations Images { get; }

    /// <summary>Networks.</summary>
    INetworkOperations Networks { get; }

    /// <summary>Volumes.</summary>
    IVolumeOperations Volumes { get; }

    /// <summary>Processes started in containers.</summary>
    IExecOperations Exec { get; }

    /// <summary>The engine itself.</summary>
    ISystemOperations System { get; }
}
