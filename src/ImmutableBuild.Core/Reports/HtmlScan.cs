using ImmutableBuild.Releases;

namespace ImmutableBuild.Reports;

/// <summary>What the scanner found.</summary>
internal static class HtmlScan
{
    public static Html Render(ScanRecord scan)
    {
        var tone = scan.Verdict switch { "pass" => "good", "fail" => "bad", _ => "warn" };
        var counts = string.Join(", ", scan.Findings.Where(finding => finding.Value > 0).Select(finding => $"{finding.Value} {finding.Key}"));
        return Html.Of($"""
            <h2>Scan</h2>
            <p><span class="badge {tone}">{ReportWords.Verdict(scan.Verdict)}</span> {Units.Count(scan.Components, "component")}, {(counts.Length > 0 ? counts : "no findings")}{(scan.Dismissed > 0 ? $", {scan.Dismissed} dismissed" : "")}</p>
            {Html.When(!scan.Sources.IsEmpty, () => Html.Of($"""<p class="soft">Asked: {string.Join(", ", scan.Sources.Select(source => ReportWords.Source(source, scan.At)))}</p>"""))}
            {Html.When(!scan.Details.IsEmpty, () => Findings(scan))}
            <p class="soft">Bill of materials <code>{string.Join(", ", scan.SbomFiles.Select(Path.GetFileName))}</code>, findings <code>{Path.GetFileName(scan.SarifFile)}</code></p>
            """);
    }

    private static Html Findings(ScanRecord scan) => Html.Of($"""
        <div class="wide"><table>
        <thead><tr><th>Severity</th><th>Finding</th><th>Where</th><th>From</th><th>What</th></tr></thead>
        <tbody>
        {scan.Details.Select(Finding)}</tbody>
        </table></div>
        """);

    private static Html Finding(ScanFindingRecord finding)
    {
        var tone = finding.Severity switch { "critical" or "high" => "bad", "medium" => "warn", _ => "" };
        return Html.Of($"""
            <tr><td><span class="badge {tone}">{finding.Severity}</span></td><td class="name">{finding.Id}</td><td><code>{finding.Subject}</code></td><td>{ReportWords.Origin(finding)}</td><td>{finding.Message}</td></tr>

            """);
    }
}
