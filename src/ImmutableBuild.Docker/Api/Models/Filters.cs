using System.Collections.Immutable;
using System.Text.Json;

namespace ImmutableBuild.Docker.Api.Models;

/// <summary>What a list or the events are narrowed to. Several values of one name: any of them; several names, and labels: all of them.</summary>
internal sealed record Filters
{
    private readonly ImmutableSortedDictionary<string, ImmutableArray<string>> _values = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty;

    private Filters(ImmutableSortedDictionary<string, ImmutableArray<string>> values) => _values = values;

    /// <summary>Narrowed to nothing.</summary>
    public static Filters None { get; } = new(ImmutableSortedDictionary.Create<string, ImmutableArray<string>>(StringComparer.Ordinal));

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => _values.IsEmpty;

    /// <summary>Narrowed to what bears a label.</summary>
    public Filters Label(string name, string? value = null) => With("label", value is null ? name : $"{name}={value}");

    /// <summary>Narrowed by any other name the engine knows: <c>name</c>, <c>status</c>, <c>type</c>, <c>event</c>, …</summary>
    public Filters With(string name, string value) => new(_values.SetItem(name, [.. _values.GetValueOrDefault(name, []), value]));

    /// <summary>As the engine reads it.</summary>
    public string ToJson() => JsonSerializer.Serialize(_values.ToDictionary(pair => pair.Key, pair => pair.Value.ToArray(), StringComparer.Ordinal), DockerJson.Default.DictionaryStringStringArray);
}
