using System.Runtime.InteropServices;

namespace ImmutableBuild.ReleaseDriver;

/// <summary>SIGSTOP: every thread stands still, as on a machine that sleeps, until SIGCONT.</summary>
internal static partial class Suspension
{
    private const int Stop = 19;

    /// <summary>Stops this process; returns once it was continued.</summary>
    public static void OfThisProcess() => _ = Kill(Environment.ProcessId, Stop);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
