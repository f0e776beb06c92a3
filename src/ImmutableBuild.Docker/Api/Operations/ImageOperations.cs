using System.Net;
using System.Text.Json;
using ImmutableBuild.Docker.Api.Calls;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Registries;

namespace ImmutableBuild.Docker.Api.Operations;

/// <inheritdoc/>
internal sealed class ImageOperations(EngineChannel channel) : IImageOperations
{
    /// <inheritdoc/>
    public Task CreateImageAsync(ImagesCreateParameters parameters, RegistryCredential? credential, IProgress<JSONMessage>? progress, CancellationToken cancellationToken)
    {
        var query = new Query().Add("fromImage", parameters.FromImage).Add("tag", parameters.Tag).Add("platform", parameters.Platform);
        var call = EngineCall.Post($"/images/create{query}", $"pull {parameters.FromImage}") with { RegistryAuth = RegistryAuth.Header(parameters.FromImage, credential) };
        return FollowAsync(call, progress, cancellationToken);
    }

    /// <inheritdoc/>
    public Task LoadImageAsync(Stream tar, IProgress<JSONMessage>? progress, CancellationToken cancellationToken) =>

        // The engine answers when it has read the archive, so the reply may take as long as that.
        FollowAsync(EngineCall.Upload(HttpMethod.Post, "/images/load", "load an image", tar) with { Patience = channel.Limits.Silence }, progress, cancellationToken);

    /// <inheritdoc/>
    public Task BuildImageFromDockerfileAsync(ImageBuildParameters parameters, Stream context, IReadOnlyDictionary<string, RegistryCredential> credentials, IProgress<JSONMessage> progress, CancellationToken cancellationToken)
    {
        var query = new Query().Add("version", "1").Add("dockerfile", parameters.Dockerfile).Add("target", parameters.Target)
            .Add("buildargs", Json(parameters.BuildArgs)).Add("labels", Json(parameters.Labels)).Add("rm", true).Add("forcerm", true);
        var call = EngineCall.Upload(HttpMethod.Post, $"/build{query}", "build an image", context) with
        {
            RegistryConfiguration = RegistryAuth.Header(credentials),
            Patience = channel.Limits.BuildSilence,
        };
        return FollowAsync(call, progress, channel.Limits.BuildSilence, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<Stream> SaveImageAsync(string name, CancellationToken cancellationToken) =>
        await channel.OpenAsync(EngineCall.Get($"{Of(name)}/get", $"export image {name}") with { Patience = channel.Limits.Silence }, cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ImagesListResponse>> ListImagesAsync(ImagesListParameters parameters, CancellationToken cancellationToken) =>
        await channel.AskAsync(EngineCall.Get($"/images/json{new Query().Add("all", parameters.All).Add(parameters.Filters)}", "list images"), DockerJson.Default.ImagesListResponseArray, cancellationToken);

    /// <inheritdoc/>
    public Task<ImageInspectResponse> InspectImageAsync(string name, CancellationToken cancellationToken) =>
        channel.AskAsync(EngineCall.Get($"{Of(name)}/json", $"inspect image {name}"), DockerJson.Default.ImageInspectResponse, cancellationToken);

    /// <inheritdoc/>
    public Task TagImageAsync(string name, ImageTagParameters parameters, CancellationToken cancellationToken) => channel.OrderAsync(
        EngineCall.Post($"{Of(name)}/tag{new Query().Add("repo", parameters.RepositoryName).Add("tag", parameters.Tag)}", $"tag image {name}"), cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ImageDeleteResponse>> DeleteImageAsync(string name, ImageDeleteParameters parameters, CancellationToken cancellationToken) => await channel.AskAsync(
        EngineCall.Delete($"{Of(name)}{new Query().Add("force", parameters.Force).Add("noprune", parameters.NoPrune)}", $"remove image {name}"), DockerJson.Default.ImageDeleteResponseArray, cancellationToken);

    private Task FollowAsync(EngineCall call, IProgress<JSONMessage>? progress, CancellationToken cancellationToken) => FollowAsync(call, progress, channel.Limits.Silence, cancellationToken);

    // What fails after the reply has begun stands in the stream.
    private Task FollowAsync(EngineCall call, IProgress<JSONMessage>? progress, TimeSpan silence, CancellationToken cancellationToken) =>
        channel.LinesAsync(call, DockerJson.Default.JSONMessage, silence, line =>
        {
            if ((line.Error?.Message ?? line.ErrorMessage) is { } failed)
            {
                throw CallFaults.Refused(call.Operation, (HttpStatusCode)(line.Error?.Code is >= 400 and <= 599 and { } code ? code : 500), failed);
            }

            progress?.Report(line);
        }, cancellationToken);

    private static string? Json(IReadOnlyDictionary<string, string> values) =>
        values.Count == 0 ? null : JsonSerializer.Serialize(new SortedDictionary<string, string>(values.ToDictionary(), StringComparer.Ordinal), DockerJson.Default.SortedDictionaryStringString);

    private static string Of(string name) => $"/images/{ResourcePath.Of(name)}";
}
