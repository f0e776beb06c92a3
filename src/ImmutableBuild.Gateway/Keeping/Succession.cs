using ImmutableBuild.Gateway.Supervision;
using ImmutableBuild.Processes;

namespace ImmutableBuild.Gateway.Keeping;

/// <summary>
/// Waits for a gateway to end, and meanwhile has another program take its place when one is written down: that one is started beside it, takes
/// over, and is who is waited for from then on, while the first ends what it works on (F11).
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

    /// <summary>Asks all that run to end.</summary>
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

    /// <summary>Waits until <paramref name="gateway"/>, which runs <paramref name="program"/>, or who takes its place has ended; the exit code, null where nobody knows it.</summary>
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

    /// <summary>From here on these are who is asked to end. Who was being started as all were asked is asked now.</summary>
    private void Watch(RunningProcess serving, RunningProcess? leaving, CancellationToken ending)
    {
        (_serving, _leaving) = (serving, leaving);

        // Orders this before the look, as whoever cancels does so before it asks those that are here.
        Interlocked.MemoryBarrier();
        if (ending.IsCancellationRequested)
        {
            Terminate();
        }
    }

    /// <summary>The program that is written down once it is another; null when the gateway ends first.</summary>
    private async Task<string?> WantedAsync(RunningProcess gateway, string program, CancellationToken ending)
    {
        while (!gateway.HasExited)
        {
            // A program that is gone, as when everything is cleaned up after a stop, is no reason to go back to another.
            if (!ending.IsCancellationRequested && ServedProgram.Find(stateDirectory) is { } wanted && wanted != program)
            {
                return wanted;
            }

            await Task.WhenAny(gateway.Exited, Task.Delay(Interval, CancellationToken.None));
        }

        return null;
    }

    /// <summary>Whether its app was stopped. How one that was adopted ended, only what it left can tell.</summary>
    private async Task<bool> WasStoppedAsync(RunningProcess gateway) => (await gateway.Exited ?? (Keeper.HasState(stateDirectory) ? ExitCodes.Succeeded : ExitCodes.Stopped)) == ExitCodes.Stopped;

    /// <summary>Who has taken the place of <paramref name="gateway"/>; null when it did not come to that.</summary>
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

            // It has left already: somebody must come.
            await Task.Delay(Retry, CancellationToken.None);
        }

        return null;
    }
}
