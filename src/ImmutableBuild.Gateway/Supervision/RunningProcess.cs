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

    private static RunningProcess Watch(IProcessHost host, ProcessIdentity identity) =>
        new(identity, host.WaitForExitAsync(identity, CancellationToken.None));
}
