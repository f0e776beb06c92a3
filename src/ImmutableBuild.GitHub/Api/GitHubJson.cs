using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace ImmutableBuild.GitHub.Api;

/// <summary>The JSON form of requests and replies.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(DeploymentStateJson), typeof(CommitStateJson)])]
[JsonSerializable(typeof(ImmutableArray<Deployment>))]
[JsonSerializable(typeof(NewDeployment))]
[JsonSerializable(typeof(NewDeploymentStatus))]
[JsonSerializable(typeof(DeploymentStatus))]
[JsonSerializable(typeof(ImmutableArray<DeploymentStatus>))]
[JsonSerializable(typeof(NewCommitStatus))]
[JsonSerializable(typeof(CommitStatus))]
[JsonSerializable(typeof(CompareResult))]
[JsonSerializable(typeof(Package))]
[JsonSerializable(typeof(ErrorAnswer))]
internal sealed partial class GitHubJson : JsonSerializerContext;

/// <summary>Writes a state as GitHub spells it.</summary>
internal sealed class DeploymentStateJson() : JsonStringEnumConverter<DeploymentState>(System.Text.Json.JsonNamingPolicy.SnakeCaseLower);

/// <summary>Writes a state as GitHub spells it.</summary>
internal sealed class CommitStateJson() : JsonStringEnumConverter<CommitState>(System.Text.Json.JsonNamingPolicy.SnakeCaseLower);

/// <summary>What GitHub says when it refuses.</summary>
internal sealed record ErrorAnswer
{
    public string? Message { get; init; }
}
