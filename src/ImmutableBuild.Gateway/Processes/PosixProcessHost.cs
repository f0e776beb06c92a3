using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace ImmutableBuild.Gateway.Processes;

/// <summary>Processes on Linux and macOS. Each is a session leader, so its group's id is its own id.</summary>
internal sealed class PosixProcessHost : IProcessHost
{
    private static readonly TimeSpan AdoptedPoll = TimeSpan.FromMilliseconds(100);

    /// <inheritdoc/>
    public RunningProcess Start(ProcessStart start)
    {
        var pid = PosixSpawn.Start(start);

        // Not waited for yet, so the id can't have gone to another process.
        var identity = new ProcessIdentity(pid, StartMarkOf(pid) ?? "ended");
        var exited = new TaskCompletionSource<int?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var watcher = new Thread(() => exited.SetResult(Wait(pid)), maxStackSize: 128 * 1024)
        {
            IsBackground = true,
            Name = $"wait {pid}",
        };
        watcher.Start();
        return new RunningProcess(identity, exited.Task);
    }

    /// <inheritdoc/>
    public RunningProcess? Adopt(ProcessIdentity identity)
    {
        return IsAlive(identity) ? new RunningProcess(identity, PollAsync(identity)) : null;

        static async Task<int?> PollAsync(ProcessIdentity identity)
        {
            while (IsAlive(identity))
            {
                await Task.Delay(AdoptedPoll);
            }

            return null;
        }
    }

    /// <inheritdoc/>
    public void Terminate(RunningProcess process) => SignalGroup(process, LibC.SignalTerminate);

    /// <inheritdoc/>
    public void Kill(RunningProcess process) => SignalGroup(process, LibC.SignalKill);

    /// <inheritdoc/>
    public int KillMarked(IReadOnlyList<string> markers)
    {
        if (!OperatingSystem.IsLinux())
        {
            return 0;
        }

        var killed = 0;
        foreach (var process in LinuxProcess.All().Where(process => process.Pid != Environment.ProcessId && process.IsAlive && process.IsMarked(markers)))
        {
            killed += LibC.Kill(process.Pid, LibC.SignalKill) == 0 ? 1 : 0;
        }

        return killed;
    }

    /// <inheritdoc/>
    public bool? Owns(RunningProcess process, int port)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        var listeners = LinuxListener.InodesOf(port);
        if (listeners.Count == 0)
        {
            return null;
        }

        return HoldsAll(LinuxProcess.Find(process.Identity.Pid), listeners)
            || LinuxProcess.All().Any(other => other.Session == process.Identity.Pid && HoldsAll(other, listeners));

        static bool HoldsAll(LinuxProcess? owner, IReadOnlyList<string> inodes) => owner is not null && inodes.All(owner.SocketInodes().Contains);
    }

    private static bool IsAlive(ProcessIdentity identity) => StartMarkOf(identity.Pid) == identity.StartMark;

    private static string? StartMarkOf(int pid)
    {
        if (OperatingSystem.IsLinux())
        {
            return LinuxProcess.Find(pid) is { IsAlive: true } process ? process.StartMark : null;
        }

        try
        {
            using var process = Process.GetProcessById(pid);
            return process.StartTime.ToUniversalTime().Ticks.ToString(CultureInfo.InvariantCulture);
        }
        catch (Exception fault) when (fault is ArgumentException or InvalidOperationException or Win32Exception)
        {
            return null;
        }
    }

    /// <summary>Ends what is left of the group while the leader's id is still reserved, then reaps the leader.</summary>
    private static unsafe int? Wait(int pid)
    {
        const int ByPid = 1;
        var info = stackalloc byte[256];
        while (LibC.WaitId(ByPid, pid, info, LibC.WaitExitedNoReap) != 0 && Marshal.GetLastPInvokeError() == LibC.Interrupted)
        {
        }

        _ = LibC.Kill(-pid, LibC.SignalKill);
        int status;
        while (LibC.WaitPid(pid, out status, 0) < 0)
        {
            if (Marshal.GetLastPInvokeError() != LibC.Interrupted)
            {
                return null;
            }
        }

        var signal = status & 0x7F;
        return signal == 0 ? (status >> 8) & 0xFF : 128 + signal;
    }

    private static void SignalGroup(RunningProcess process, int signal)
    {
        // An ended leader's group was ended with it, and its id may belong to someone else by now.
        if (process.Exited.IsCompleted || !IsAlive(process.Identity))
        {
            return;
        }

        if (LibC.Kill(-process.Identity.Pid, signal) != 0 && Marshal.GetLastPInvokeError() is var error && error != LibC.NoSuchProcess)
        {
            throw new Win32Exception(error, $"kill {process.Identity.Pid}: {Marshal.GetPInvokeErrorMessage(error)}");
        }
    }
}
