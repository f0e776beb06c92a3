using ImmutableBuild.Docker.Api.Calls;
using ImmutableBuild.Docker.Api.Endpoints;
using ImmutableBuild.Docker.Api.Operations;
using ImmutableBuild.Docker.Api.Transports;

namespace ImmutableBuild.Docker.Api;

/// <summary>The client of one engine.</summary>
internal sealed class DockerClient : IDockerClient
{
    private readonly EngineConnections _connections;

    private DockerClient(EngineConnections connections, ApiVersion version, EngineLimits limits, TimeProvider time)
    {
        (_connections, Version) = (connections, version);
        var channel = new EngineChannel(connections, $"/v{version}", limits, time);
        Containers = new ContainerOperations(channel);
        Images = new ImageOperations(channel);
        Networks = new NetworkOperations(channel);
        Volumes = new VolumeOperations(channel);
        Exec = new ExecOperations(channel);
        System = new SystemOperations(channel);
    }

    /// <summary>The version of the API both sides speak.</summary>
    public ApiVersion Version { get; }

    /// <inheritdoc/>
    public IContainerOperations Containers { get; }

    /// <inheritdoc/>
    public IImageOperations Images { get; }

    /// <inheritdoc/>
    public INetworkOperations Networks { get; }

    /// <inheritdoc/>
    public IVolumeOperations Volumes { get; }

    /// <inheritdoc/>
    public IExecOperations Exec { get; }

    /// <inheritdoc/>
    public ISystemOperations System { get; }

    /// <summary>Finds the engine and agrees with it on a version; throws IMB6202 to IMB6208 where that is not possible.</summary>
    public static Task<DockerClient> ConnectAsync(DockerEndpoint endpoint, TimeProvider time, CancellationToken cancellationToken) =>
        ConnectAsync(endpoint, EngineTransports.To(endpoint), EngineLimits.Default, time, cancellationToken);

    /// <summary>As above, over a transport of the caller's, which becomes the client's.</summary>
    public static async Task<DockerClient> ConnectAsync(DockerEndpoint endpoint, IEngineTransport transport, EngineLimits limits, TimeProvider time, CancellationToken cancellationToken)
    {
        var connections = new EngineConnections(transport);
        try
        {
            return new DockerClient(connections, await VersionNegotiation.AgreeAsync(new EngineChannel(connections, "", limits, time), endpoint, cancellationToken), limits, time);
        }
        catch (DockerApiException fault)
        {
            connections.Dispose();
            throw UnreachableEngine.Explain(endpoint, fault);
        }
        catch
        {
            connections.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _connections.Dispose();
        return ValueTask.CompletedTask;
    }
}
