using ImmutableBuild.Processes;

namespace ImmutableBuild.Gateway.Supervision;

/// <summary>A process and its end.</summary>
/// <param name="Identity">Which one.</param>
/// <param name="Exited">Ends with its exit code; null where that can't be known, as for one that an earlier gateway started.</param>
internal sealed record RunningProcess(ProcessIdentity Identity, Task<int?> Exited)
{
    /// <summary>Whether it has ended.</summary>
    public bool HasExited => Exited.IsCompleted;

    /// <summary>Starts one; see <see cref="IProcessHost.Start"/>.</summary>
    public static RunningProcess Start(IProcessHost host, ProcessStart start) => Watch(host, host.Start(start));

    /// <summary>Goes on with one that an earlier gateway started; null when it is gone, or its number is another's by now (F44).</summary>
    public static RunningProcess? Adopt(IProcessHost host, ProcessIdentity identity) => host.IsRunning(identity) ? Watch(host, identity) : null;

    /// <summary>
    /// Ends it: TERM to its group, KILL after <paramref name="grace"/>, and again until it has ended, also when the system refuses: a
    /// generation is not gone while a process of it runs. The result is its exit code.
    /// </summary>
    public async Task<int?> EndAsync(IProcessHost host, TimeSpan grace, TimeProvider time, GatewayLog log)
    {
        Terminate(host, log);
        var again = new RestartBackoff(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1), wellAfter: TimeSpan.MaxValue);
        for (var wait = grace; !await EndedWithinAsync(wait, time); wait = again.After(TimeSpan.Zero))
        {
            Kill(host, log);
        }

        return await Exited;
    }

    /// <summary>TERM to its group. What the system refuses is told.</summary>
    public void Terminate(IProcessHost host, GatewayLog log) => Signal(() => host.Terminate(Identity), log);

    /// <summary>KILL to its group. What the system refuses is told.</summary>
    public void Kill(IProcessHost host, GatewayLog log) => Signal(() => host.Kill(Identity), log);

    private async Task<bool> EndedWithinAsync(TimeSpan limit, TimeProvider time)
    {
        await Task.WhenAny(Exited, Task.Delay(limit, time, CancellationToken.None));
        return HasExited;
    }

    private void Signal(Action signal, GatewayLog log)
    {
        try
        {
            signal();
        }
        catch (Exception fault)
        {
            log.Write($"process {Identity.Id}: {fault.Message}");
        }
    }

    private static RunningProcess Watch(IProcessHost host, ProcessIdentity identity) =>
        new(identity, host.WaitForExitAsync(identity, CancellationToken.None));
}
