using ImmutableBuild.Docker.Api.Calls;
using ImmutableBuild.Docker.Api.Models;

namespace ImmutableBuild.Docker.Api.Operations;

/// <inheritdoc/>
internal sealed class SystemOperations(EngineChannel channel) : ISystemOperations
{
    /// <inheritdoc/>
    public Task PingAsync(CancellationToken cancellationToken) => channel.OrderAsync(EngineCall.Get("/_ping", "answer"), cancellationToken);

    /// <inheritdoc/>
    public Task<VersionResponse> GetVersionAsync(CancellationToken cancellationToken) =>
        channel.AskAsync(EngineCall.Get("/version", "tell its version"), DockerJson.Default.VersionResponse, cancellationToken);

    /// <inheritdoc/>
    public Task<SystemInfoResponse> GetSystemInfoAsync(CancellationToken cancellationToken) =>
        channel.AskAsync(EngineCall.Get("/info", "tell its settings"), DockerJson.Default.SystemInfoResponse, cancellationToken);

    /// <inheritdoc/>
    public Task MonitorEventsAsync(ContainerEventsParameters parameters, IProgress<Message> progress, CancellationToken cancellationToken)
    {
        var query = new Query().Add("since", UnixTime.Of(parameters.Since)).Add("until", UnixTime.Of(parameters.Until)).Add(parameters.Filters);
        return channel.LinesAsync(EngineCall.Get($"/events{query}", "report events"), DockerJson.Default.Message, silence: null, progress.Report, cancellationToken);
    }
}
