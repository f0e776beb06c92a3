namespace ImmutableBuild.Processes;

/// <summary>What differs between operating systems about processes. Safe for use by many threads.</summary>
public interface IProcessHost
{
    /// <summary>
    /// Starts a process that leads a session and group of its own and outlives the caller. Throws
    /// <see cref="System.ComponentModel.Win32Exception"/> when the system refuses.
    /// </summary>
    ProcessIdentity Start(ProcessStart start);

    /// <summary>The process that has the number <paramref name="id"/> now; null when none has. IOException when the system does not tell.</summary>
    ProcessIdentity? Find(int id);

    /// <summary>Whether that very process still runs. One that ended but wasn't waited for does not; while the system does not tell, it does.</summary>
    bool IsRunning(ProcessIdentity process);

    /// <summary>
    /// Ends once the process has. The result is its exit code, 128 + n for signal n; null where the system won't tell,
    /// as for a process that an earlier run of this program started.
    /// </summary>
    Task<int?> WaitForExitAsync(ProcessIdentity process, CancellationToken cancellationToken);

    /// <summary>Asks the whole group of <paramref name="leader"/> to end (SIGTERM). A group that is gone is no error; one that can't be told from another's is (IOException).</summary>
    void Terminate(ProcessIdentity leader);

    /// <summary>Ends the whole group of <paramref name="leader"/> at once (SIGKILL). A group that is gone is no error; one that can't be told from another's is (IOException).</summary>
    void Kill(ProcessIdentity leader);

    /// <summary>Whether any process of the group is left, the leader or a child that it left behind (F45). While the system does not tell, it is.</summary>
    bool IsGroupRunning(ProcessIdentity leader);
}
