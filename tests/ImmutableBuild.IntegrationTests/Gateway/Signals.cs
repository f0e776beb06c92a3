using System.Runtime.InteropServices;

namespace ImmutableBuild.IntegrationTests.Gateway;

/// <summary>Signals of Linux that .NET has no word for.</summary>
internal static partial class Signals
{
    /// <summary>Ctrl-C.</summary>
    public static void Interrupt(int process) => Kill(process, 2).ShouldBe(0);

    /// <summary>All threads stand still.</summary>
    public static void Stop(int process) => Kill(process, 19).ShouldBe(0);

    /// <summary>They go on.</summary>
    public static void Continue(int process) => Kill(process, 18).ShouldBe(0);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
