using ImmutableBuild.Reports;

namespace ImmutableBuild.Tests.Reports;

public sealed class UnitsTests
{
    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(48_310, "48.3 kB")]
    [InlineData(48_200_000, "48.2 MB")]
    [InlineData(1_234_000_000, "1.23 GB")]
    public void Sizes(long bytes, string text) => Units.Bytes(bytes).ShouldBe(text);

    [Theory]
    [InlineData(0.42, "0.42 ms")]
    [InlineData(38, "38 ms")]
    [InlineData(999.7, "1.0 s")]
    [InlineData(1_234, "1.2 s")]
    [InlineData(59_960, "1 min 00 s")]
    [InlineData(125_400, "2 min 05 s")]
    public void Durations(double milliseconds, string text) => Units.Duration(TimeSpan.FromMilliseconds(milliseconds)).ShouldBe(text);

    [Theory]
    [InlineData(-3, "0 s")]
    [InlineData(42, "42 s")]
    [InlineData(3_599, "59 min")]
    [InlineData(3_600, "1 h")]
    [InlineData(172_800, "2 d")]
    public void Ages(double seconds, string text) => Units.Age(TimeSpan.FromSeconds(seconds)).ShouldBe(text);

    [Theory]
    [InlineData(1, "1 layer")]
    [InlineData(0, "0 layers")]
    [InlineData(12_345, "12,345 layers")]
    public void Counts(long count, string text) => Units.Count(count, "layer").ShouldBe(text);

    [Theory]
    [InlineData(1L, "1", "1 request lost")]
    [InlineData(12_345L, "12,345", "12,345 requests lost")]
    [InlineData(null, "not counted", "lost requests not counted")]
    public void What_may_not_have_been_counted(long? count, string number, string lost)
    {
        Units.Counted(count).ShouldBe(number);
        Units.RequestsLost(count).ShouldBe(lost);
    }
}
