using ImmutableBuild.Generations;
using ImmutableBuild.Reports;

namespace ImmutableBuild.Tests.Reports;

public sealed class LatencyChartTests
{
    [Fact]
    public void Nothing_to_show_is_no_chart() =>
        LatencyChart.Render(LatencyHistogram.Empty, null).Markup.ShouldBeEmpty();

    [Theory]
    [InlineData(0)]
    [InlineData(40)]
    [InlineData(LatencyHistogram.BucketCount - 1)]
    public void A_single_latency_lies_within_the_axis(int bucket)
    {
        var axis = LatencyAxis.Around([Only(bucket)]);

        axis.First.ShouldBeInRange(0, bucket);
        axis.Last.ShouldBeInRange(bucket, LatencyHistogram.BucketCount - 1);
        axis.PositionOf(LatencyHistogram.UpperBound(bucket)).ShouldBe((bucket + 1.0 - axis.First) / axis.Buckets, 1e-6);
    }

    [Fact]
    public void Labels_are_few_and_round()
    {
        var wide = LatencyAxis.Around([Only(0), Only(LatencyHistogram.BucketCount - 1)]);

        wide.Ticks().ShouldAllBe(tick => Math.Abs(Math.Log10(tick.TotalMicroseconds) - Math.Round(Math.Log10(tick.TotalMicroseconds))) < 1e-9);
        wide.Ticks().Count().ShouldBeInRange(3, 8);
        LatencyAxis.Around([Only(20)]).Ticks().ShouldNotBeEmpty();
    }

    private static LatencyHistogram Only(int bucket) => new(LatencyHistogram.Empty.Counts.SetItem(bucket, 7));
}
