using System.Runtime.InteropServices;

namespace ImmutableBuild.Processes.Unix;

/// <summary>Waits for one child on a thread of its own, so that none stays a zombie and its exit code is known at once.</summary>
internal static class ChildExit
{
    private const int StackBytes = 128 * 1024;

    /// <summary>Ends with the exit code of child <paramref name="pid"/>, 128 + n for signal n; null when another part of the program took it.</summary>
    public static Task<int?> Of(int pid)
    {
        var exit = new TaskCompletionSource<int?>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => exit.SetResult(Wait(pid)), StackBytes) { IsBackground = true, Name = $"wait for {pid}" }.Start();
        return exit.Task;
    }

    private static int? Wait(int pid)
    {
        while (true)
        {
            if (LibC.WaitPid(pid, out var status, 0) == pid)
            {
                // WIFSIGNALED / WEXITSTATUS, the same encoding on Linux and macOS.
                var signal = status & 0x7f;
                return signal == 0 ? (status >> 8) & 0xff : 128 + signal;
            }

            if (Marshal.GetLastPInvokeError() != LibC.ErrorInterrupted)
            {
                return null;
            }
        }
    }
}
