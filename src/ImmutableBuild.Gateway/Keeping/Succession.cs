using ImmutableBuild.Gateway.Supervision;
using ImmutableBuild.Processes;

namespace ImmutableBuild.Gateway.Keeping;

/// <summary>
/// Waits for a gateway to end. When another program is written down meanwhile, its gateway is started beside the first one and takes over; from then
/// on that gateway is the one waited for, while the first ends what it works on (F11). However long that takes, the next program need not wait for it.
/// </summary>
/// <param name="stateDirectory">The state directory of all of them.</param>
/// <param name="host">The system's processes.</param>
/// <param name="start">Starts the program of a directory in the place of a gateway; null when the system refuses.</param>
/// <param name="log">Where it tells what it does.</param>
internal sealed class Succession(string stateDirectory, IProcessHost host, Func<string, ProcessIdentity, RunningProcess?> start, GatewayLog log)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private volatile RunningProcess[] _gateways = [];

    /// <summary>Asks every gateway that runs to end.</summary>
    public void Terminate()
    {
        foreach (var gateway in _gateways.Where(gateway => !gateway.HasExited))
        {
            gateway.Terminate(host, log);
        }
    }

    /// <summary>Ends every gateway that runs, and waits until none does.</summary>
    public Task EndAsync() =>
        Task.WhenAll(_gateways.Where(gateway => !gateway.HasExited).Select(gateway => gateway.EndAsync(host, Grace, TimeProvider.System, log)));

    /// <summary>Waits until <paramref name="gateway"/>, which runs <paramref name="program"/>, or the gateway that takes its place has ended. The exit code; null where nobody knows it.</summary>
    public async Task<int?> WaitAsync(RunningProcess gateway, string program, CancellationToken ending)
    {
        Watch(gateway, ending);

        // The gateway that left its place last. It knows what those before it still work on.
        RunningProcess? before = null;
        while (true)
        {
            if (await WantedAsync(gateway, program, ending) is { } wanted)
            {
                log.Write($"the program in {wanted} takes the place of process {gateway.Identity.Id}");
                if (await SucceedAsync(gateway, wanted, ending) is { } successor)
                {
                    (before, gateway, program) = (gateway, successor, wanted);
                }
                else if (!gateway.HasExited)
                {
                    log.Write($"the program in {wanted} did not take over; process {gateway.Identity.Id} goes on");
                    ServedProgram.Write(stateDirectory, program);
                }
            }
            else if (await gateway.Exited is not ExitCodes.Stopped && await StartAgainAsync(before, program, ending) is { } again)
            {
                gateway = again;
            }
            else
            {
                return await gateway.Exited;
            }
        }
    }

    /// <summary>From here on, <see cref="Terminate"/> asks this one, too. Where it was called while this one was being started, all are asked now.</summary>
    private void Watch(RunningProcess gateway, CancellationToken ending)
    {
        _gateways = [.. _gateways.Where(other => !other.HasExited), gateway];

        // Orders the write above before the look below. Whoever ends the gateways cancels first and then asks, so one of the two sees the other.
        Interlocked.MemoryBarrier();
        if (ending.IsCancellationRequested)
        {
            Terminate();
        }
    }

    /// <summary>Waits until a program other than <paramref name="program"/> is written down, and gives it; null when the gateway ends first.</summary>
    private async Task<string?> WantedAsync(RunningProcess gateway, string program, CancellationToken ending)
    {
        while (!gateway.HasExited)
        {
            // Find gives null for a program that is gone, as when a stop removes everything: no reason to change the one that runs.
            if (!ending.IsCancellationRequested && ServedProgram.Find(stateDirectory) is { } wanted && wanted != program)
            {
                return wanted;
            }

            await Task.WhenAny(gateway.Exited, Task.Delay(Interval, CancellationToken.None));
        }

        return null;
    }

    /// <summary>The gateway that takes the place of <paramref name="gateway"/>, once that one has left it or has ended; null when none does.</summary>
    private async Task<RunningProcess?> SucceedAsync(RunningProcess gateway, string wanted, CancellationToken ending)
    {
        if (start(wanted, gateway.Identity) is not { } successor)
        {
            return null;
        }

        Watch(successor, ending);
        while (!HasLeft(gateway) && !gateway.HasExited && !successor.HasExited)
        {
            await Task.WhenAny(gateway.Exited, successor.Exited, Task.Delay(Interval, CancellationToken.None));
        }

        if (gateway.HasExited && await WasStoppedAsync(gateway))
        {
            // There is no place to take any more, and nobody would ever stop the one that comes up.
            await successor.EndAsync(host, Grace, TimeProvider.System, log);
            return null;
        }

        // Of a gateway that has left its place another one is the successor even if it has ended already: it is started again.
        return !successor.HasExited || HasLeft(gateway) || await successor.Exited == ExitCodes.Stopped ? successor : null;
    }

    /// <summary>
    /// Starts <paramref name="program"/> again, however often that fails, as long as the gateway that left its place last still runs: the new one has to hear
    /// from it what it still works on. Null when there is no such gateway.
    /// </summary>
    private async Task<RunningProcess?> StartAgainAsync(RunningProcess? before, string program, CancellationToken ending)
    {
        while (before is { HasExited: false } && !ending.IsCancellationRequested)
        {
            await Task.Delay(Retry, CancellationToken.None);
            if (start(program, before.Identity) is { } gateway)
            {
                Watch(gateway, ending);
                return gateway;
            }
        }

        return null;
    }

    private bool HasLeft(RunningProcess gateway) => YieldMark.IsOf(stateDirectory, gateway.Identity);

    /// <summary>Whether the gateway ended because its app was stopped. Of one that was adopted nobody knows the exit code; whether it left its state tells.</summary>
    private async Task<bool> WasStoppedAsync(RunningProcess gateway) => (await gateway.Exited ?? (Keeper.HasState(stateDirectory) ? ExitCodes.Succeeded : ExitCodes.Stopped)) == ExitCodes.Stopped;
}
