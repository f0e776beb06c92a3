using ImmutableBuild.Docker.Api.Models;

namespace ImmutableBuild.Docker.Api;

/// <summary>The engine itself.</summary>
internal interface ISystemOperations
{
    /// <summary>Asks whether it is there.</summary>
    Task PingAsync(CancellationToken cancellationToken);

    /// <summary>The product and its versions.</summary>
    Task<VersionResponse> GetVersionAsync(CancellationToken cancellationToken);

    /// <summary>Its host and settings.</summary>
    Task<SystemInfoResponse> GetSystemInfoAsync(CancellationToken cancellationToken);

    /// <summary>Reports events as they come. Returns when <see cref="ContainerEventsParameters.Until"/> has passed, or the engine ends the stream.</summary>
    Task MonitorEventsAsync(ContainerEventsParameters parameters, IProgress<Message> progress, CancellationToken cancellationToken);
}
