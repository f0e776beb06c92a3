namespace ImmutableBuild.Reports;

/// <summary>The stages with their times, each bar beginning where the one before ended.</summary>
internal static class HtmlStages
{
    private const double Width = 150;

    public static Html Render(ReleaseReport report) => Html.Of($"""
        <h2>Stages</h2>
        <div class="wide"><table>
        <thead><tr><th>Stage</th><th class="number">Time</th><th>Share</th><th>What it did</th></tr></thead>
        <tbody>
        {report.Stages.Select(row => Row(row, report.Elapsed))}</tbody>
        </table></div>
        """);

    private static Html Row(StageRow row, TimeSpan total)
    {
        var style = row.State == StageState.NotRun ? "notrun" : "ran";
        var time = row.Elapsed is { } elapsed ? Units.Duration(elapsed) : "";
        return Html.Of($"""
            <tr class="{style}"><td class="name">{row.Stage.ToString()}</td><td class="number">{time}</td><td class="track">{Bar(row, total)}</td><td>{What(row)}</td></tr>

            """);
    }

    private static Html Bar(StageRow row, TimeSpan total)
    {
        if (row.Elapsed is not { } elapsed || total <= TimeSpan.Zero)
        {
            return Html.Empty;
        }

        var width = Math.Max(2, elapsed / total * Width);
        var x = Math.Min(row.Start / total * Width, Width - width);
        var style = row.State == StageState.Failed ? "failed" : "done";
        return Html.Of($"""<svg viewBox="0 0 {Width} 8" aria-hidden="true"><rect class="ground" width="{Width}" height="8" rx="4"/><rect class="{style}" x="{x}" width="{width}" height="8" rx="{Math.Min(4, width / 2)}"/></svg>""");
    }

    private static Html What(StageRow row) => row.State switch
    {
        StageState.Done => Html.Of($"{row.Summary}"),
        StageState.Failed => Html.Of($"""<span class="badge bad">failed</span>"""),
        _ => Html.Of($"not run"),
    };
}
