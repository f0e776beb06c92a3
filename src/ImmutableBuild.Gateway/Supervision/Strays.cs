using ImmutableBuild.Gateway.Supervision.Linux;

namespace ImmutableBuild.Gateway.Supervision;

/// <summary>Processes of an instance that left its group, known by what they inherited in their environment (F45). Linux only: no other system shows it.</summary>
internal static class Strays
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Kills every process whose environment holds all <paramref name="markers"/> (<c>NAME=value</c>); how many there were.</summary>
    public static int Kill(IReadOnlyList<string> markers)
    {
        if (!OperatingSystem.IsLinux())
        {
            return 0;
        }

        var killed = 0;
        foreach (var process in LinuxProcess.All().Where(process => process.Pid != Environment.ProcessId && process.IsAlive && process.IsMarked(markers)))
        {
            _ = LibC.Kill(process.Pid, LibC.SignalKill);
            killed++;
        }

        return killed;
    }

    /// <summary>
    /// Kills them until there are none: one that was killed lives until the system next runs it, and may have started others. What the system itself
    /// keeps from ending, as a disk that stands still does, is waited for no longer than half a minute.
    /// </summary>
    public static async Task EndAsync(IReadOnlyList<string> markers, TimeProvider time)
    {
        var began = time.GetTimestamp();
        while (Kill(markers) > 0 && time.GetElapsedTime(began) < Patience)
        {
            await Task.Delay(Interval, time);
        }
    }
}
