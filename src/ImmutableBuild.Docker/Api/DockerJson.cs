using System.Net.Http.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ImmutableBuild.Docker.Api.Models;

namespace ImmutableBuild.Docker.Api;

/// <summary>The JSON of the API. What a reply has beyond the models is passed over, since every version adds some.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, MaxDepth = 32)]
[JsonSerializable(typeof(CreateContainerParameters))]
[JsonSerializable(typeof(CreateContainerResponse))]
[JsonSerializable(typeof(ContainerUpdateParameters))]
[JsonSerializable(typeof(ContainerListResponse[]))]
[JsonSerializable(typeof(ContainerInspectResponse))]
[JsonSerializable(typeof(ContainerWaitResponse))]
[JsonSerializable(typeof(ContainerFileSystemChangeResponse[]))]
[JsonSerializable(typeof(ContainerProcessesResponse))]
[JsonSerializable(typeof(ContainerPathStatResponse))]
[JsonSerializable(typeof(ContainerStatsResponse))]
[JsonSerializable(typeof(ContainerExecCreateParameters))]
[JsonSerializable(typeof(ContainerExecCreateResponse))]
[JsonSerializable(typeof(ContainerExecStartParameters))]
[JsonSerializable(typeof(ContainerExecInspectResponse))]
[JsonSerializable(typeof(JSONMessage))]
[JsonSerializable(typeof(ImageInspectResponse))]
[JsonSerializable(typeof(ImagesListResponse[]))]
[JsonSerializable(typeof(ImageDeleteResponse[]))]
[JsonSerializable(typeof(NetworksCreateParameters))]
[JsonSerializable(typeof(NetworksCreateResponse))]
[JsonSerializable(typeof(NetworkResponse[]))]
[JsonSerializable(typeof(NetworkConnectParameters))]
[JsonSerializable(typeof(NetworkDisconnectParameters))]
[JsonSerializable(typeof(VolumesCreateParameters))]
[JsonSerializable(typeof(VolumeResponse))]
[JsonSerializable(typeof(VolumesListResponse))]
[JsonSerializable(typeof(VersionResponse))]
[JsonSerializable(typeof(SystemInfoResponse))]
[JsonSerializable(typeof(Message))]
[JsonSerializable(typeof(ErrorResponse))]
[JsonSerializable(typeof(RegistryAuth))]
[JsonSerializable(typeof(SortedDictionary<string, RegistryAuth>))]
[JsonSerializable(typeof(SortedDictionary<string, string>))]
[JsonSerializable(typeof(Dictionary<string, string[]>))]
internal sealed partial class DockerJson : JsonSerializerContext
{
    /// <summary><paramref name="body"/> as the body of a request.</summary>
    public static HttpContent Content<T>(T body) => JsonContent.Create(body, (JsonTypeInfo<T>)Default.GetTypeInfo(typeof(T))!);
}
