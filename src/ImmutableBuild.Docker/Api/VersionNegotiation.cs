using ImmutableBuild.Docker.Api.Calls;
using ImmutableBuild.Docker.Api.Endpoints;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Docker.Api;

/// <summary>Finds the newest version of the API that both sides speak.</summary>
internal static class VersionNegotiation
{
    /// <summary>That version; throws IMB6205 when no engine answers, IMB6206 when there is none.</summary>
    public static async Task<ApiVersion> AgreeAsync(EngineChannel unversioned, DockerEndpoint endpoint, CancellationToken cancellationToken)
    {
        // Any web server has some answer to /version; this head has only an engine's answer to a ping.
        var pinged = await unversioned.HeadAsync(
            EngineCall.Get("/_ping", "answer"), response => response.Headers.TryGetValues("Api-Version", out var values) ? values.First() : null, cancellationToken);
        if (ApiVersion.TryParse(pinged) is null)
        {
            throw DockerErrors.NotAnEngine(endpoint.Address, $"it answers /_ping {(pinged is null ? "without an API version" : $"with the API version '{pinged}'")}.");
        }

        return Newest(await unversioned.AskAsync(EngineCall.Get("/version", "tell its version"), DockerJson.Default.VersionResponse, cancellationToken), endpoint);
    }

    private static ApiVersion Newest(VersionResponse engine, DockerEndpoint endpoint)
    {
        var newest = ApiVersion.TryParse(engine.APIVersion) ?? throw DockerErrors.NotAnEngine(endpoint.Address, $"its API version is '{engine.APIVersion}'.");
        var oldest = ApiVersion.TryParse(engine.MinAPIVersion) ?? new ApiVersion(0, 0);
        return newest >= ApiVersion.Oldest && oldest <= ApiVersion.Newest
            ? newest < ApiVersion.Newest ? newest : ApiVersion.Newest
            : throw DockerErrors.ApiVersionUnsupported(endpoint.Address, $"version {engine.Version}", $"{engine.MinAPIVersion} to {newest}", $"{ApiVersion.Oldest} to {ApiVersion.Newest}");
    }
}
