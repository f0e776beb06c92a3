using System.Diagnostics;

namespace ImmutableBuild.AcceptanceTests.Infrastructure;

/// <summary>Waits for something that other processes bring about.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(180);

    public static async Task HoldsAsync(Func<bool> condition, string what, TimeSpan? longest = null)
    {
        var began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            (Stopwatch.GetElapsedTime(began) < (longest ?? Longest)).ShouldBeTrue($"Waited {(longest ?? Longest).TotalSeconds:0} s for: {what}.");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }
}
