using System.Collections.Concurrent;
using ImmutableBuild.Gateway.Supervision;

namespace ImmutableBuild.Gateway.Control;

/// <summary>
/// Ends generations in the background: waits for what they work on, cuts what outlives its limit, ends the processes, removes
/// the files, and forgets them last (F21, F22, F25).
/// </summary>
internal sealed class Destruction(Fleet fleet, Surroundings surroundings)
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<RunningGeneration, Lazy<Task>> _begun = new();

    /// <summary>Begins, or finds it begun; the task ends when the generation is gone.</summary>
    public Task Begin(RunningGeneration generation) =>
        _begun.GetOrAdd(generation, _ => new Lazy<Task>(() => Task.Run(() => RunAsync(generation)))).Value;

    /// <summary>Ends a generation without traffic at once. On a full disk it is forgotten later, in the background.</summary>
    public async Task RemoveAsync(RunningGeneration generation)
    {
        await UntilDoneAsync(generation, generation.StopAsync);
        if (!TryForget(generation))
        {
            _ = ForgetLaterAsync(generation);
        }
    }

    private async Task RunAsync(RunningGeneration generation)
    {
        await UntilDoneAsync(generation, () => Drain.RunAsync($"{generation.Id}", () => generation.Traffic.InFlight, generation.Traffic.Limits, generation.Traffic.Configuration, surroundings));
        await RemoveAsync(generation);
        _begun.TryRemove(generation, out _);
    }

    /// <summary>Repeats a step until it succeeds: a destruction that is given up would leave those that wait for its end waiting for ever.</summary>
    private async Task UntilDoneAsync(RunningGeneration generation, Func<Task> step)
    {
        while (true)
        {
            try
            {
                await step();
                return;
            }
            catch (Exception fault)
            {
                surroundings.Log.Write($"{generation.Id}: could not be destroyed; trying again: {fault}");
            }

            await Task.Delay(Retry, surroundings.Time);
        }
    }

    private async Task ForgetLaterAsync(RunningGeneration generation)
    {
        do
        {
            await Task.Delay(Retry, surroundings.Time);
        }
        while (!TryForget(generation));
    }

    private bool TryForget(RunningGeneration generation)
    {
        try
        {
            surroundings.Store.Change(state => state.Find(generation.Id) is null ? state : state.Without(generation.Id), _ => fleet.Remove(generation.Id));
            surroundings.Log.Write($"{generation.Id}: destroyed");
            return true;
        }
        catch (Exception fault)
        {
            surroundings.Log.Write($"{generation.Id}: could not be forgotten: {fault.Message}");
            return false;
        }
    }
}
