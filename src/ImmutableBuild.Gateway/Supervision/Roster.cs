using System.Collections.Immutable;
using ImmutableBuild.Gateway.State;

namespace ImmutableBuild.Gateway.Supervision;

/// <summary>Which of a generation's instances have a place, which are to take one, and which leave. Immutable: a change is a new roster.</summary>
/// <param name="Placed">Those that have their place; these alone get requests.</param>
/// <param name="Joining">Those that are to take a place, by the name of the one that has it.</param>
/// <param name="Leaving">Those that drain and go.</param>
internal sealed record Roster(ImmutableArray<IInstance> Placed, ImmutableDictionary<string, IInstance> Joining, ImmutableArray<IInstance> Leaving)
{
    /// <summary>No instance.</summary>
    public static Roster Empty { get; } = new([], ImmutableDictionary<string, IInstance>.Empty, []);

    /// <summary>All of them.</summary>
    public ImmutableArray<IInstance> All => [.. Placed, .. Joining.Values, .. Leaving];

    /// <summary>The places that <paramref name="record"/> gives, to those that are here already and to new ones that <paramref name="create"/> makes.</summary>
    public Roster Of(GenerationRecord record, Func<InstanceRecord, IInstance> create)
    {
        var known = All.ToDictionary(instance => instance.Record.Name, StringComparer.Ordinal);
        var instances = record.Instances.Select(instance => (Record: instance, Instance: known.GetValueOrDefault(instance.Name) ?? create(instance))).ToList();
        return new Roster(
            [.. instances.Where(each => each.Record.HasPlace).Select(each => each.Instance)],
            instances.Where(each => each.Record is { Replaces: not null, IsLeaving: false }).ToImmutableDictionary(each => each.Record.Replaces!, each => each.Instance, StringComparer.Ordinal),
            [.. instances.Where(each => each.Record.IsLeaving).Select(each => each.Instance)]);
    }
}
