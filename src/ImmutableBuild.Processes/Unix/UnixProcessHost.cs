using System.Collections.Concurrent;
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace ImmutableBuild.Processes.Unix;

/// <summary>Linux and macOS.</summary>
/// <param name="readFile">Reads a file of <c>/proc</c>.</param>
internal sealed class UnixProcessHost(Func<string, string> readFile) : IProcessHost
{
    private static readonly TimeSpan AdoptedInterval = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentDictionary<ProcessIdentity, Task<int?>> _children = new();

    public ProcessIdentity Start(ProcessStart start)
    {
        var pid = DetachedSpawn.Run(start);

        // Read before anyone waits for the child: until then its number can't be given to another process.
        var identity = new ProcessIdentity(pid, StartOfChild(pid, start) ?? "ended");
        _children[identity] = ChildExit.Of(pid);
        return identity;
    }

    public ProcessIdentity? Find(int id) => StartTime.Of(id, readFile) is { } start ? new ProcessIdentity(id, start) : null;

    public bool IsRunning(ProcessIdentity process)
    {
        try
        {
            return StartTime.Of(process.Id, readFile) == process.Start;
        }
        catch (IOException)
        {
            return true;
        }
    }

    public async Task<int?> WaitForExitAsync(ProcessIdentity process, CancellationToken cancellationToken)
    {
        if (_children.TryGetValue(process, out var exit))
        {
            return await exit.WaitAsync(cancellationToken);
        }

        while (IsRunning(process))
        {
            await Task.Delay(AdoptedInterval, cancellationToken);
        }

        return null;
    }

    public void Terminate(ProcessIdentity leader) => Signal(leader, LibC.SigTerm);

    public void Kill(ProcessIdentity leader) => Signal(leader, LibC.SigKill);

    public bool IsGroupRunning(ProcessIdentity leader)
    {
        try
        {
            return !IsRecycled(leader) && (OperatingSystem.IsLinux() ? ProcessGroup.HasRunningMember(leader.Id) : LibC.Kill(-leader.Id, 0) == 0);
        }
        catch (IOException)
        {
            return true;
        }
    }

    // Kills a child whose start time can't be read: without it, nobody could tell the child from the next process with its number.
    private string? StartOfChild(int pid, ProcessStart start)
    {
        try
        {
            return StartTime.Of(pid, readFile);
        }
        catch (IOException fault)
        {
            _ = LibC.Kill(-pid, LibC.SigKill);
            _ = ChildExit.Of(pid);
            throw new Win32Exception($"'{start.Program}' was ended at once, since the system does not tell when it started: {fault.Message}", fault);
        }
    }

    // The system gives a number to no new process while a group of that number exists, so a number that names another
    // process now means that the group is gone.
    private bool IsRecycled(ProcessIdentity leader) => StartTime.Of(leader.Id, readFile) is { } start && start != leader.Start;

    private void Signal(ProcessIdentity leader, int signal)
    {
        if (IsRecycled(leader) || LibC.Kill(-leader.Id, signal) == 0)
        {
            return;
        }

        // macOS says "not permitted" of a group of which only zombies are left.
        var error = Marshal.GetLastPInvokeError();
        if (error != LibC.ErrorNoSuchProcess && !(OperatingSystem.IsMacOS() && error == LibC.ErrorNotPermitted))
        {
            throw new Win32Exception(error, $"Signal {signal} to the process group {leader.Id} failed: {Marshal.GetPInvokeErrorMessage(error)}.");
        }
    }
}
