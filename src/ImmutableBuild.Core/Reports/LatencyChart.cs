using ImmutableBuild.Generations;

namespace ImmutableBuild.Reports;

/// <summary>The gate's chart, as SVG within the page: how the latencies of the new generation are spread against the old one's.</summary>
internal static class LatencyChart
{
    private const double Width = 720;
    private const double Height = 240;
    private const double Left = 44;
    private const double Right = 12;
    private const double Top = 34;
    private const double Bottom = 30;

    /// <summary>The chart; nothing when neither generation answered a request while it was watched.</summary>
    public static Html Render(LatencyHistogram? old, LatencyHistogram? @new)
    {
        var shown = new[] { old, @new }.OfType<LatencyHistogram>().Where(histogram => histogram.Total > 0).ToArray();
        if (shown.Length == 0)
        {
            return Html.Empty;
        }

        var axis = LatencyAxis.Around(shown);
        var peak = shown.Max(histogram => histogram.Counts.Max() / (double)histogram.Total);
        return Html.Of($"""
            <svg class="chart" viewBox="0 0 {Width} {Height}" role="img" aria-labelledby="gate-title gate-text">
            <title id="gate-title">Latency of the new and the old generation</title>
            <desc id="gate-text">{Describe("New", @new)} {Describe("Old", old)}</desc>
            {Grid(axis, peak)}
            {Area(old, axis, peak, "old")}{Area(@new, axis, peak, "new")}
            {Marks(old, axis, "old", Top - 6)}{Marks(@new, axis, "new", Top - 20)}
            </svg>

            """);
    }

    private static string Describe(string name, LatencyHistogram? histogram) => histogram is { Total: > 0 }
        ? $"{name}: {Units.Count(histogram.Total, "request")}, p50 {Units.Duration(histogram.Quantile(0.5)!.Value)}, p99 {Units.Duration(histogram.Quantile(0.99)!.Value)}."
        : $"{name}: no requests.";

    private static Html Grid(LatencyAxis axis, double peak)
    {
        var vertical = axis.Ticks().Select(tick =>
        {
            var x = X(axis.PositionOf(tick));
            return Html.Of($"""<line class="grid" x1="{x}" y1="{Top}" x2="{x}" y2="{Height - Bottom}"/><text x="{x}" y="{Height - 10}" text-anchor="middle">{Units.Duration(tick)}</text>""");
        });
        var horizontal = new[] { 0, 0.5, 1 }.Select(part =>
        {
            var y = Y(part);
            return Html.Of($"""<line class="grid" x1="{Left}" y1="{y}" x2="{Width - Right}" y2="{y}"/><text x="{Left - 6}" y="{y + 4}" text-anchor="end">{Math.Round(part * peak * 100, 1)} %</text>""");
        });
        return Html.Of($"{vertical}{horizontal}");
    }

    private static Html Area(LatencyHistogram? histogram, LatencyAxis axis, double peak, string series)
    {
        if (histogram is not { Total: > 0 })
        {
            return Html.Empty;
        }

        var points = Enumerable.Range(axis.First, axis.Buckets).SelectMany(bucket =>
        {
            var y = Y(histogram.Counts[bucket] / (double)histogram.Total / peak);
            var index = bucket - axis.First;
            return new[] { Point(X((double)index / axis.Buckets), y), Point(X((index + 1.0) / axis.Buckets), y) };
        });
        return Html.Of($"""<polygon class="{series}" points="{Point(Left, Y(0))} {string.Join(' ', points)} {Point(Width - Right, Y(0))}"/>""");
    }

    private static Html Marks(LatencyHistogram? histogram, LatencyAxis axis, string series, double labelY)
    {
        if (histogram is not { Total: > 0 })
        {
            return Html.Empty;
        }

        return Html.Of($"{Mark("p50", 0.5)}{Mark("p99", 0.99)}");

        Html Mark(string name, double quantile)
        {
            var x = X(axis.PositionOf(histogram.Quantile(quantile)!.Value));
            return Html.Of($"""<line class="mark {series}" x1="{x}" y1="{labelY + 3}" x2="{x}" y2="{Height - Bottom}"/><text class="{series}" x="{x}" y="{labelY}" text-anchor="middle">{name}</text>""");
        }
    }

    private static double X(double part) => Left + (part * (Width - Left - Right));

    private static double Y(double part) => Height - Bottom - (part * (Height - Top - Bottom));

    private static string Point(double x, double y) => FormattableString.Invariant($"{x:0.##},{y:0.##}");
}
