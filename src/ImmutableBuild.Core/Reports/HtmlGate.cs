using ImmutableBuild.Generations;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Reports;

/// <summary>The gate: what was decided and why, the latencies it saw, and the way back.</summary>
internal static class HtmlGate
{
    private static readonly (string Name, double Quantile)[] Quantiles = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("slowest", 1)];

    public static Html Render(ReleaseReport report) => Html.Of($"""
        {Html.Of(report.Record.HealthGate, Gate)}
        {Rollback(report)}
        """);

    private static Html Gate(HealthGateRecord gate) => Html.Of($"""
        <h2>Gate</h2>
        <p><code>{gate.Live.ToString()}</code> serves{Html.Of(gate.Replaced?.ToString(), replaced => Html.Of($", in place of <code>{replaced}</code>"))}.</p>
        <ol class="decisions">{gate.Decisions.Select(decision => Html.Of($"<li>{decision}</li>"))}</ol>
        {Latency(gate.OldLatency, gate.NewLatency)}
        """);

    private static Html Latency(LatencyHistogram? old, LatencyHistogram? @new)
    {
        if (old is not { Total: > 0 } && @new is not { Total: > 0 })
        {
            return Html.Of($"""<p class="soft">No request came while the gate watched, so there is no latency to show.</p>""");
        }

        return Html.Of($"""
            <div class="card">
            <p><span class="key new">new</span><span class="key old">old</span><span class="soft">share of requests by time to the response's head</span></p>
            {LatencyChart.Render(old, @new)}
            <div class="wide"><table>
            <thead><tr><th></th><th class="number">Requests</th>{Quantiles.Select(column => Html.Of($"""<th class="number">{column.Name}</th>"""))}</tr></thead>
            <tbody>
            {Row("New", @new)}{Row("Old", old)}</tbody>
            </table></div>
            </div>
            """);
    }

    private static Html Row(string name, LatencyHistogram? histogram)
    {
        var cells = Quantiles.Select(column => Html.Of($"""<td class="number">{ReportWords.AtMost(histogram?.Quantile(column.Quantile))}</td>"""));
        return Html.Of($"""
            <tr><td class="name">{name}</td><td class="number">{Units.Number(histogram?.Total ?? 0)}</td>{cells}</tr>

            """);
    }

    private static Html Rollback(ReleaseReport report)
    {
        if (report.RollbackNote is not { } note)
        {
            return Html.Empty;
        }

        return Html.Of($"""
            <h2>To go back</h2>
            <pre>{report.RollbackCommand}</pre>
            <p class="soft">{note}</p>
            """);
    }
}
