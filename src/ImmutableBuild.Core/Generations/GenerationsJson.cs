using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Generations;

/// <summary>The JSON form of this room's words, as targets keep and send them.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RuntimeConfiguration))]
[JsonSerializable(typeof(GenerationSpec))]
[JsonSerializable(typeof(Route))]
[JsonSerializable(typeof(Lease))]
[JsonSerializable(typeof(LeaseRequest))]
[JsonSerializable(typeof(LedgerEntry))]
[JsonSerializable(typeof(ImmutableArray<LedgerEntry>))]
[JsonSerializable(typeof(Observation))]
[JsonSerializable(typeof(AppKey))]
public sealed partial class GenerationsJson : JsonSerializerContext;
