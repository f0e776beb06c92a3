using System.Text.Json.Serialization;

namespace ImmutableBuild.Docker.Api.Models;

/// <summary>What a container uses, as counted once.</summary>
internal sealed record ContainerStatsResponse
{
    /// <summary>When it was counted.</summary>
    [JsonPropertyName("read")]
    public DateTimeOffset? Read { get; init; }

    /// <summary>Its processes.</summary>
    [JsonPropertyName("pids_stats")]
    public PidsStats? PidsStats { get; init; }

    /// <summary>Its processor time.</summary>
    [JsonPropertyName("cpu_stats")]
    public CPUStats? CPUStats { get; init; }

    /// <summary>Its memory.</summary>
    [JsonPropertyName("memory_stats")]
    public MemoryStats? MemoryStats { get; init; }

    /// <summary>Its networks, by interface.</summary>
    [JsonPropertyName("networks")]
    public IReadOnlyDictionary<string, NetworkStats>? Networks { get; init; }
}

/// <summary>Processes.</summary>
internal sealed record PidsStats([property: JsonPropertyName("current")] ulong? Current, [property: JsonPropertyName("limit")] ulong? Limit);

/// <summary>Processor time.</summary>
internal sealed record CPUStats([property: JsonPropertyName("cpu_usage")] CPUUsage? CPUUsage, [property: JsonPropertyName("online_cpus")] uint? OnlineCPUs);

/// <summary>Processor time, in billionths of a second.</summary>
internal sealed record CPUUsage([property: JsonPropertyName("total_usage")] ulong TotalUsage);

/// <summary>Memory, in bytes.</summary>
internal sealed record MemoryStats([property: JsonPropertyName("usage")] ulong? Usage, [property: JsonPropertyName("limit")] ulong? Limit);

/// <summary>Traffic, in bytes.</summary>
internal sealed record NetworkStats([property: JsonPropertyName("rx_bytes")] ulong RxBytes, [property: JsonPropertyName("tx_bytes")] ulong TxBytes);
