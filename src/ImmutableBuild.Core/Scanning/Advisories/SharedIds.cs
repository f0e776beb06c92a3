using System.Collections.Immutable;

namespace ImmutableBuild.Scanning.Advisories;

/// <summary>Puts together what speaks of one vulnerability: whatever shares an id, directly or through a third one.</summary>
internal static class SharedIds
{
    /// <summary>The groups, in the order in which their first members came.</summary>
    public static ImmutableArray<ImmutableArray<T>> Group<T>(IEnumerable<T> items, Func<T, IEnumerable<string>> ids)
    {
        var groups = new List<(List<T> Members, HashSet<string> Ids)>();
        foreach (var item in items)
        {
            var own = ids(item).ToHashSet(StringComparer.OrdinalIgnoreCase);
            var same = groups.Where(group => group.Ids.Overlaps(own)).ToArray();
            var into = same.Length > 0 ? same[0] : (Members: [], Ids: new HashSet<string>(StringComparer.OrdinalIgnoreCase));
            foreach (var other in same.Skip(1))
            {
                into.Members.AddRange(other.Members);
                into.Ids.UnionWith(other.Ids);
                groups.Remove(other);
            }

            into.Members.Add(item);
            into.Ids.UnionWith(own);
            if (same.Length == 0)
            {
                groups.Add(into);
            }
        }

        return [.. groups.Select(group => group.Members.ToImmutableArray())];
    }
}
