using System.Collections.Immutable;
using ImmutableBuild.Scanning.Advisories;
using ImmutableBuild.Scanning.Packages;

namespace ImmutableBuild.Scanning;

/// <summary>What looking at an image gave.</summary>
/// <param name="Inventory">What is in it.</param>
/// <param name="Findings">What is wrong with it, the worst first.</param>
/// <param name="NotAssessed">What could not be judged, one sentence each.</param>
internal sealed record ScanResult(Inventory Inventory, ImmutableArray<Finding> Findings, ImmutableArray<string> NotAssessed)
{
    /// <summary>The findings at or over a gate; none for no gate.</summary>
    public ImmutableArray<Finding> AtOrOver(FindingSeverity? gate) => gate is { } mildest ? [.. Findings.Where(finding => finding.Severity >= mildest)] : [];

    /// <summary><c>fail</c> beats <c>notAssessed</c> beats <c>pass</c>: finding nothing where nothing was looked at is no pass.</summary>
    public string Verdict(FindingSeverity? gate) => !AtOrOver(gate).IsEmpty ? Verdicts.Fail : NotAssessed.IsEmpty ? Verdicts.Pass : Verdicts.NotAssessed;
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
