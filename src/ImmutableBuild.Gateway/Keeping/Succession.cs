using ImmutableBuild.Gateway.Supervision;
using ImmutableBuild.Processes;

namespace ImmutableBuild.Gateway.Keeping;

/// <summary>
/// Waits for a gateway to end. When another program is written down meanwhile, its gateway is started beside the first one and takes over; from then
/// on that gateway is the one waited for, while the first ends what it works on (F11).
/// </summary>
/// <param name="stateDirectory">The state directory of both.</param>
/// <param name="host">The system's processes.</param>
/// <param name="start">Starts the program of a directory in the place of a gateway; null when the system refuses.</param>
/// <param name="log">Where it tells what it does.</param>
internal sealed class Succession(string stateDirectory, IProcessHost host, Func<string, ProcessIdentity, RunningProcess?> start, GatewayLog log)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private volatile RunningProcess? _leaving;
    private volatile RunningProcess? _serving;

    /// <summary>Asks every gateway that runs to end.</summary>
    public void Terminate()
    {
        foreach (var gateway in new[] { _serving, _leaving })
        {
            if (gateway is { HasExited: false })
            {
                gateway.Terminate(host, log);
            }
        }
    }

    /// <summary>Ends every gateway that runs, and waits until none does.</summary>
    public Task EndAsync() => Task.WhenAll(new[] { _serving, _leaving }.OfType<RunningProcess>().Where(gateway => !gateway.HasExited).Select(gateway => gateway.EndAsync(host, Grace, TimeProvider.System, log)));

    /// <summary>Waits until <paramref name="gateway"/>, which runs <paramref name="program"/>, or the gateway that takes its place has ended. The exit code; null where nobody knows it.</summary>
    public async Task<int?> WaitAsync(RunningProcess gateway, string program, CancellationToken ending)
    {
        Watch(gateway, _leaving, ending);
        while (true)
        {
            if (await WantedAsync(gateway, program, ending) is not { } wanted)
            {
                return await gateway.Exited;
            }

            log.Write($"the program in {wanted} takes the place of process {gateway.Identity.Id}");
            if (await SucceedAsync(gateway, wanted, ending) is { } successor)
            {
                (gateway, program) = (successor, wanted);
            }
            else if (!gateway.HasExited)
            {
                log.Write($"the program in {wanted} did not take over; process {gateway.Identity.Id} goes on");
                ServedProgram.Write(stateDirectory, program);
            }
        }
    }

    /// <summary>From here on, <see cref="Terminate"/> asks these two. Where it was called while one of them was being started, they are asked now.</summary>
    private void Watch(RunningProcess serving, RunningProcess? leaving, CancellationToken ending)
    {
        (_serving, _leaving) = (serving, leaving);

        // Orders the writes above before the look below. Whoever ends the gateways cancels first and then asks, so one of the two sees the other.
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

    /// <summary>Whether the gateway ended because its app was stopped. Of one that was adopted nobody knows the exit code; whether it left its state tells.</summary>
    private async Task<bool> WasStoppedAsync(RunningProcess gateway) => (await gateway.Exited ?? (Keeper.HasState(stateDirectory) ? ExitCodes.Succeeded : ExitCodes.Stopped)) == ExitCodes.Stopped;

    /// <summary>The gateway that has taken the place of <paramref name="gateway"/>; null when none has.</summary>
    private async Task<RunningProcess?> SucceedAsync(RunningProcess gateway, string wanted, CancellationToken ending)
    {
        while (!ending.IsCancellationRequested && !gateway.HasExited)
        {
            if (start(wanted, gateway.Identity) is { } successor)
            {
                Watch(successor, gateway, ending);
                await Task.WhenAny(gateway.Exited, successor.Exited);
                if (gateway.HasExited && await WasStoppedAsync(gateway))
                {
                    // There is no place to take any more, and nobody would ever stop the one that comes up.
                    await successor.EndAsync(host, Grace, TimeProvider.System, log);
                    return null;
                }

                if (!successor.HasExited || await successor.Exited == ExitCodes.Stopped)
                {
                    return successor;
                }
            }

            (_serving, _leaving) = (gateway, null);
            if (!YieldMark.IsOf(stateDirectory, gateway.Identity))
            {
                return null;
            }

            // The old gateway has left its place already, so a successor must be started, however often that fails.
            await Task.Delay(Retry, CancellationToken.None);
        }

        return null;
    }
}
