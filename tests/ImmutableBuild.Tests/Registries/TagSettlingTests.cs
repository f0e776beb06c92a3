using ImmutableBuild.Registries;
using ImmutableBuild.Tests.Generations.Simulation;

namespace ImmutableBuild.Tests.Registries;

/// <summary>How long a push waits before it looks whether what it put is there still.</summary>
public sealed class TagSettlingTests
{
    private readonly VirtualTime _time = new();
    private readonly TagSettling _settling;

    public TagSettlingTests() => _settling = new TagSettling(_time);

    [Fact]
    public async Task Where_nothing_was_put_nobody_waits()
    {
        _settling.Look("tag");

        (await WaitedAsync()).ShouldBe(TimeSpan.Zero);
    }

    [Theory]
    [InlineData(1, 50)]
    [InlineData(60, 180)]
    [InlineData(5_000, 1_000)]
    public async Task It_takes_three_times_as_long_as_from_looking_to_having_put_within_bounds(int took, int waited)
    {
        Put("tag", took);

        (await WaitedAsync()).ShouldBe(TimeSpan.FromMilliseconds(waited));
    }

    [Fact]
    public async Task One_who_never_looked_waits_longest()
    {
        _settling.Put("tag");

        (await WaitedAsync()).ShouldBe(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task What_passes_meanwhile_counts()
    {
        Put("tag", 60);
        _time.Advance(TimeSpan.FromMilliseconds(130));

        (await WaitedAsync()).ShouldBe(TimeSpan.FromMilliseconds(50));
    }

    [Fact]
    public async Task Of_several_tags_the_last_to_settle_decides()
    {
        Put("slow", 150);
        Put("quick", 1);

        (await WaitedAsync()).ShouldBe(TimeSpan.FromMilliseconds(449));
    }

    private void Put(string tag, int took)
    {
        _settling.Look(tag);
        _time.Advance(TimeSpan.FromMilliseconds(took));
        _settling.Put(tag);
    }

    private async Task<TimeSpan> WaitedAsync()
    {
        var began = _time.GetUtcNow();
        await _settling.WaitAsync(TestContext.Current.CancellationToken);
        return _time.GetUtcNow() - began;
    }
}
