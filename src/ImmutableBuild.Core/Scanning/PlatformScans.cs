using System.Collections.Immutable;
using ImmutableBuild.Scanning.Advisories;
using ImmutableBuild.Scanning.Dismissals;

namespace ImmutableBuild.Scanning;

/// <summary>What looking at the images of all platforms gave. What several have in common is said once.</summary>
internal sealed class PlatformScans(IReadOnlyList<ScanResult> results)
{
    /// <summary>How many different components they hold.</summary>
    public int Components => results.SelectMany(result => result.Inventory.Components).DistinctBy(component => component.Reference, StringComparer.Ordinal).Count();

    /// <summary>The distribution in them; null for none.</summary>
    public string? OperatingSystem => results.Select(result => result.Inventory.Os?.Name).FirstOrDefault(name => name is not null);

    /// <summary>What is wrong with any of them, the worst first.</summary>
    public ImmutableArray<Finding> Findings { get; } =
    [
        .. results.SelectMany(result => result.Findings)
            .DistinctBy(Key)
            .OrderByDescending(finding => finding.Severity)
            .ThenBy(finding => finding.Id, StringComparer.Ordinal)
            .ThenBy(finding => finding.Subject, StringComparer.Ordinal),
    ];

    /// <summary>What was found and does not count.</summary>
    public ImmutableArray<DismissedFinding> Dismissed { get; } = [.. results.SelectMany(result => result.Dismissed).DistinctBy(dismissed => Key(dismissed.Finding))];

    /// <summary>What counts again since its dismissal has expired.</summary>
    public ImmutableArray<DismissedFinding> Expired { get; } = [.. results.SelectMany(result => result.Expired).DistinctBy(expired => Key(expired.Finding))];

    /// <summary>Every dismissal that covered something.</summary>
    public IEnumerable<Dismissal> Used => results.SelectMany(result => result.Dismissed.Concat(result.Expired)).Select(dismissed => dismissed.Dismissal);

    /// <summary>Who was asked.</summary>
    public ImmutableArray<SourceFacts> Sources { get; } = [.. results.SelectMany(result => result.Sources).DistinctBy(source => source.Name, StringComparer.Ordinal)];

    /// <summary>What could not be judged, one sentence each.</summary>
    public ImmutableArray<string> NotAssessed { get; } = [.. results.SelectMany(result => result.NotAssessed).Distinct(StringComparer.Ordinal)];

    /// <summary>The worst that holds for any of them.</summary>
    public string Verdict(ScanGate gate) =>
        results.Select(result => result.Verdict(gate)).OrderBy(verdict => verdict switch { Verdicts.Fail => 0, Verdicts.NotAssessed => 1, _ => 2 }).First();

    private static (string Id, string Subject, string Message, string? Path, int Line) Key(Finding finding) => (finding.Id, finding.Subject, finding.Message, finding.Path, finding.Line);
}
