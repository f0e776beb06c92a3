using System.Collections.Immutable;

namespace ImmutableBuild.Gateway.Processes;

/// <summary>The one seam to what differs between operating systems: processes, their groups, and who owns a socket.</summary>
internal interface IProcessHost
{
    /// <summary>
    /// Starts a process as the leader of its own session and group, with nothing inherited but what <paramref name="start"/> names.
    /// Throws <see cref="System.ComponentModel.Win32Exception"/> when the system refuses.
    /// </summary>
    RunningProcess Start(ProcessStart start);

    /// <summary>Watches a process that an earlier gateway started; null when it is gone or its id was given to another one.</summary>
    RunningProcess? Adopt(ProcessIdentity identity);

    /// <summary>Asks the whole group to end.</summary>
    void Terminate(RunningProcess process);

    /// <summary>Ends the whole group at once.</summary>
    void Kill(RunningProcess process);

    /// <summary>Ends every process whose environment holds all <paramref name="markers"/> (<c>NAME=value</c>), whatever group it moved to; returns how many there were.</summary>
    int KillMarked(IReadOnlyList<string> markers);

    /// <summary>Whether the process that accepts connections to <c>127.0.0.1:port</c> belongs to <paramref name="process"/>; null when that can't be told.</summary>
    bool? Owns(RunningProcess process, int port);
}

/// <summary>What to start.</summary>
/// <param name="Executable">Absolute path.</param>
/// <param name="Arguments">Arguments after the program's name.</param>
/// <param name="Environment">The whole environment; nothing is inherited.</param>
/// <param name="WorkingDirectory">Where it starts.</param>
/// <param name="OutputPath">The file its standard output and error are appended to.</param>
/// <param name="Listener">A listening socket that it gets as descriptor <see cref="ListenerDescriptor"/>; null for none.</param>
internal sealed record ProcessStart(
    string Executable,
    ImmutableArray<string> Arguments,
    ImmutableSortedDictionary<string, string> Environment,
    string WorkingDirectory,
    string OutputPath,
    int? Listener = null)
{
    /// <summary>The first descriptor after the standard ones.</summary>
    public const int ListenerDescriptor = 3;
}

/// <summary>A process that can't be mistaken for a later one with the same id.</summary>
/// <param name="Pid">Its id.</param>
/// <param name="StartMark">When it started, in the system's own form, with the boot it belongs to.</param>
internal sealed record ProcessIdentity(int Pid, string StartMark);

/// <summary>A process and its end.</summary>
/// <param name="Identity">Which one.</param>
/// <param name="Exited">Ends with its exit code, 128 + n for signal n; null where the code can't be known.</param>
internal sealed record RunningProcess(ProcessIdentity Identity, Task<int?> Exited);
