using System.Runtime.InteropServices;

namespace ImmutableBuild.ReleaseDriver;

/// <summary>SIGSTOP: every thread stands still, as on a machine that sleeps, until SIGCONT.</summary>
internal static partial class Suspension
{
    private const int Stop = 19;

    /// <summary>Stops this process; returns once it was continued. The signal goes to this very thread, which therefore gets no further.</summary>
    public static void OfThisProcess() => _ = Raise(Stop);

    [LibraryImport("libc", EntryPoint = "raise")]
    private static partial int Raise(int signal);
}
