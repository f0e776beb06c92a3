using System.Collections.Concurrent;
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace ImmutableBuild.Processes.Unix;

/// <summary>Linux and macOS.</summary>
internal sealed class UnixProcessHost : IProcessHost
{
    private static readonly TimeSpan AdoptedInterval = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentDictionary<ProcessIdentity, Task<int?>> _children = new();

    public ProcessIdentity Start(ProcessStart start)
    {
        var pid = DetachedSpawn.Run(start);

        // Read before anyone waits for the child: until then its number can't be given to another process.
        var identity = new ProcessIdentity(pid, StartTime.Of(pid) ?? "ended");
        _children[identity] = ChildExit.Of(pid);
        return identity;
    }

    public ProcessIdentity? Find(int id) => StartTime.Of(id) is { } start ? new ProcessIdentity(id, start) : null;

    public bool IsRunning(ProcessIdentity process) => StartTime.Of(process.Id) == process.Start;

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

    public bool IsGroupRunning(ProcessIdentity leader) => OperatingSystem.IsLinux()
        ? !IsRecycled(leader) && ProcessGroup.HasRunningMember(leader.Id)
        : !IsRecycled(leader) && LibC.Kill(-leader.Id, 0) == 0;

    // The system gives a number to no new process while a group of that number exists, so a number that names another
    // process now means that the group is gone.
    private static bool IsRecycled(ProcessIdentity leader) => StartTime.Of(leader.Id) is { } start && start != leader.Start;

    private static void Signal(ProcessIdentity leader, int signal)
    {
        if (IsRecycled(leader) || LibC.Kill(-leader.Id, signal) == 0)
        {
            return;
        }

        var error = Marshal.GetLastPInvokeError();
        if (error != LibC.ErrorNoSuchProcess)
        {
            throw new Win32Exception(error, $"Signal {signal} to the process group {leader.Id} failed: {Marshal.GetPInvokeErrorMessage(error)}.");
        }
    }
}
