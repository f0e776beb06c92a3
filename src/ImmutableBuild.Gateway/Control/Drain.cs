using ImmutableBuild.Gateway.Routing;
using ImmutableBuild.Gateway.Supervision;
using ImmutableBuild.Generations;

namespace ImmutableBuild.Gateway.Control;

/// <summary>Waits for requests in flight where no more come, and cuts what outlives its limit (F21, F22).</summary>
internal static class Drain
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan CutGrace = TimeSpan.FromSeconds(5);

    /// <summary>Ends when nothing is in flight, or what was cut does not end.</summary>
    public static async Task RunAsync(string who, Func<long> inFlight, DrainLimits limits, RuntimeConfiguration configuration, Surroundings surroundings)
    {
        var began = surroundings.Time.GetTimestamp();
        var (requests, streams) = (configuration.DrainTimeout, configuration.StreamDrainTimeout);
        var (requestsCut, streamsCut) = (false, false);
        long? bothCut = null;

        // The grace begins with the cut, not with the limit: where this process stood still past all limits, requests still get time to end with an answer.
        while (inFlight() is var working and > 0 && !(bothCut is { } cut && surroundings.Time.GetElapsedTime(cut) >= CutGrace))
        {
            var elapsed = surroundings.Time.GetElapsedTime(began);
            if (!requestsCut && elapsed >= requests)
            {
                requestsCut = true;
                surroundings.Log.Write($"{who}: the drain time of {requests} is over with {working} requests in flight");
                limits.CutRequests();
            }

            if (!streamsCut && elapsed >= streams)
            {
                streamsCut = true;
                surroundings.Log.Write($"{who}: the drain time of streams, {streams}, is over with {working} in flight");
                limits.CutStreams();
            }

            if (requestsCut && streamsCut)
            {
                bothCut ??= surroundings.Time.GetTimestamp();
            }

            await Task.Delay(Poll, surroundings.Time);
        }
    }
}
