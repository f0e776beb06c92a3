using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Registries;

namespace ImmutableBuild.Docker.Api;

/// <summary>Images.</summary>
internal interface IImageOperations
{
    /// <summary>Pulls one; throws when any part of it fails. Returns when it is there.</summary>
    Task CreateImageAsync(ImagesCreateParameters parameters, RegistryCredential? credential, IProgress<JSONMessage>? progress, CancellationToken cancellationToken);

    /// <summary>Loads those of a tar stream.</summary>
    Task LoadImageAsync(Stream tar, IProgress<JSONMessage>? progress, CancellationToken cancellationToken);

    /// <summary>Builds one of a Dockerfile and its context, both in the tar stream; throws when any step fails. What it says goes to <paramref name="progress"/>, the image's id at last.</summary>
    Task BuildImageFromDockerfileAsync(ImageBuildParameters parameters, Stream context, IReadOnlyDictionary<string, RegistryCredential> credentials, IProgress<JSONMessage> progress, CancellationToken cancellationToken);

    /// <summary>One as a tar stream, which the caller disposes.</summary>
    Task<Stream> SaveImageAsync(string name, CancellationToken cancellationToken);

    /// <summary>Those there are.</summary>
    Task<IReadOnlyList<ImagesListResponse>> ListImagesAsync(ImagesListParameters parameters, CancellationToken cancellationToken);

    /// <summary>Everything of one.</summary>
    Task<ImageInspectResponse> InspectImageAsync(string name, CancellationToken cancellationToken);

    /// <summary>Gives one a name.</summary>
    Task TagImageAsync(string name, ImageTagParameters parameters, CancellationToken cancellationToken);

    /// <summary>Removes a name, and the image with its last one.</summary>
    Task<IReadOnlyList<ImageDeleteResponse>> DeleteImageAsync(string name, ImageDeleteParameters parameters, CancellationToken cancellationToken);
}
