using ImmutableBuild.Generations.Drift;

namespace ImmutableBuild.Docker.Drift;

/// <summary>One thing of a container that is otherwise than planned. Names and figures alone: values may be secrets.</summary>
internal sealed record Difference(DriftKind Kind, string Subject, string Expected, string Found)
{
    private const string AsReleased = "as released";

    /// <summary>When two figures or words differ.</summary>
    public static IEnumerable<Difference> OfText(DriftKind kind, string subject, string? expected, string? found) =>
        (expected ?? "") == (found ?? "") ? [] : [new Difference(kind, subject, Shown(expected), Shown(found))];

    /// <summary>When something differs whose value is nobody's business.</summary>
    public static IEnumerable<Difference> OfHidden(DriftKind kind, string subject, IEnumerable<string>? expected, IEnumerable<string>? found) =>
        (expected ?? []).SequenceEqual(found ?? [], StringComparer.Ordinal) ? [] : [new Difference(kind, subject, AsReleased, "changed")];

    /// <summary>What one of two sets has and the other one has not.</summary>
    public static IEnumerable<Difference> OfSets(DriftKind kind, string subject, IEnumerable<string>? expected, IEnumerable<string>? found)
    {
        var (planned, there) = (new HashSet<string>(expected ?? [], StringComparer.Ordinal), new HashSet<string>(found ?? [], StringComparer.Ordinal));
        return [.. planned.Except(there).Select(name => new Difference(kind, $"{subject} {name}", "there", "missing")), .. there.Except(planned).Select(name => new Difference(kind, $"{subject} {name}", "not there", "added"))];
    }

    /// <summary>What of two lists of names with values is missing, changed or, if that matters, added. No value is told.</summary>
    public static IEnumerable<Difference> OfNamed(DriftKind kind, string subject, IReadOnlyDictionary<string, string> expected, IReadOnlyDictionary<string, string> found, bool tellsAdded)
    {
        foreach (var (name, value) in expected)
        {
            if (!found.TryGetValue(name, out var has))
            {
                yield return new Difference(kind, $"{subject} {name}", AsReleased, "missing");
            }
            else if (has != value)
            {
                yield return new Difference(kind, $"{subject} {name}", AsReleased, "changed");
            }
        }

        foreach (var name in tellsAdded ? found.Keys.Where(name => !expected.ContainsKey(name)) : [])
        {
            yield return new Difference(kind, $"{subject} {name}", "not there", "added");
        }
    }

    private static string Shown(string? text) => string.IsNullOrEmpty(text) ? "none" : text;
}
