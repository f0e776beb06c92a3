using ImmutableBuild.Gateway.Supervision.Linux;

namespace ImmutableBuild.Gateway.Supervision;

/// <summary>Processes of an instance that left its group, known by what they inherited in their environment (F45). Linux only: no other system shows it.</summary>
internal static class Strays
{
    /// <summary>Ends every process whose environment holds all <paramref name="markers"/> (<c>NAME=value</c>).</summary>
    public static void Kill(IReadOnlyList<string> markers)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        foreach (var process in LinuxProcess.All().Where(process => process.Pid != Environment.ProcessId && process.IsAlive && process.IsMarked(markers)))
        {
            _ = LibC.Kill(process.Pid, LibC.SignalKill);
        }
    }
}
