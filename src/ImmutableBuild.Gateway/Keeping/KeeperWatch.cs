using System.ComponentModel;
using ImmutableBuild.Gateway.Supervision;
using ImmutableBuild.Processes;

namespace ImmutableBuild.Gateway.Keeping;

/// <summary>
/// The gateway's look at its keeper. A keeper that was killed is replaced by a new one, which gets the listening socket from the
/// gateway and goes on with it, so that nobody notices and the next death of the gateway is survived, too.
/// </summary>
/// <param name="options">What the gateway serves.</param>
/// <param name="listener">The listening socket, where the keeper handed it over.</param>
/// <param name="host">The system's processes.</param>
/// <param name="time">Where waiting comes from.</param>
/// <param name="log">Where it tells what it does.</param>
internal sealed class KeeperWatch(GatewayOptions options, int? listener, IProcessHost host, TimeProvider time, GatewayLog log)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly RestartBackoff _backoff = new(Interval, TimeSpan.FromSeconds(30), wellAfter: TimeSpan.FromSeconds(10));

    /// <summary>
    /// Watches until <paramref name="ending"/>. Ends earlier, with true, when another keeper has the state directory: the gateway
    /// that one starts is in charge, and two would fight over the same instances.
    /// </summary>
    public async Task<bool> RunAsync(ProcessIdentity keeper, CancellationToken ending)
    {
        var self = host.Find(Environment.ProcessId) ?? throw new InvalidOperationException("This process does not find itself.");
        while (await IsGoneAsync(keeper, ending))
        {
            var began = time.GetTimestamp();
            if (TryStart(self) is { } next)
            {
                log.Write($"the keeper, process {keeper.Id}, is gone; process {next.Identity.Id} takes its place");
                var exitCode = await next.Exited.WaitAsync(ending).ContinueWith(ended => ended.IsCompletedSuccessfully ? ended.Result : null, TaskScheduler.Default);
                if (exitCode == ExitCodes.AlreadyKept)
                {
                    log.Write("another keeper has the state directory; this gateway ends");
                    return true;
                }

                keeper = next.Identity;
            }

            await Task.Delay(_backoff.After(time.GetElapsedTime(began)), time, ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return false;
    }

    private async Task<bool> IsGoneAsync(ProcessIdentity keeper, CancellationToken ending)
    {
        while (!ending.IsCancellationRequested && host.IsRunning(keeper))
        {
            await Task.Delay(Interval, time, ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return !ending.IsCancellationRequested;
    }

    private RunningProcess? TryStart(ProcessIdentity self)
    {
        try
        {
            return RunningProcess.Start(host, GatewayProgram.Keep(options, self, listener));
        }
        catch (Exception fault) when (fault is Win32Exception or IOException or UnauthorizedAccessException)
        {
            log.Write($"the keeper is gone and no other can be started yet: {fault.Message}");
            return null;
        }
    }
}
