using System.Collections.Immutable;
using ImmutableBuild.Scanning.Advisories;
using ImmutableBuild.Scanning.Dismissals;
using ImmutableBuild.Scanning.Packages;

namespace ImmutableBuild.Scanning;

/// <summary>What looking at an image gave.</summary>
/// <param name="Inventory">What is in it.</param>
/// <param name="Findings">What is wrong with it and counts, the worst first.</param>
/// <param name="NotAssessed">What could not be judged, one sentence each.</param>
internal sealed record ScanResult(Inventory Inventory, ImmutableArray<Finding> Findings, ImmutableArray<string> NotAssessed)
{
    /// <summary>What was found and does not count, with the reason.</summary>
    public ImmutableArray<DismissedFinding> Dismissed { get; init; } = [];

    /// <summary>What would be dismissed if its dismissal had not expired; it counts.</summary>
    public ImmutableArray<DismissedFinding> Expired { get; init; } = [];

    /// <summary>Who was asked.</summary>
    public ImmutableArray<SourceFacts> Sources { get; init; } = [];

    /// <summary>The findings that a gate refuses.</summary>
    public ImmutableArray<Finding> Refused(ScanGate gate) => [.. Findings.Where(gate.Refuses)];

    /// <summary><c>fail</c> beats <c>notAssessed</c> beats <c>pass</c>: finding nothing where nothing was looked at is no pass.</summary>
    public string Verdict(ScanGate gate) => !Expired.IsEmpty || Findings.Any(gate.Refuses) ? Verdicts.Fail : NotAssessed.IsEmpty ? Verdicts.Pass : Verdicts.NotAssessed;
}

/// <summary>The words of a scan's verdict.</summary>
public static class Verdicts
{
    /// <summary>Everything was looked at, and nothing at or over the gate was found.</summary>
    public const string Pass = "pass";

    /// <summary>Something at or over the gate was found.</summary>
    public const string Fail = "fail";

    /// <summary>Nothing at or over the gate was found, but something could not be looked at.</summary>
    public const string NotAssessed = "notAssessed";
}
