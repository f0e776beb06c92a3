namespace ImmutableBuild.Gateway.Processes;

/// <summary>Chooses the seam's implementation.</summary>
internal static class ProcessHosts
{
    /// <summary>The one for this system.</summary>
    public static IProcessHost ForThisSystem() => OperatingSystem.IsWindows() ? new WindowsProcessHost() : new PosixProcessHost();
}
