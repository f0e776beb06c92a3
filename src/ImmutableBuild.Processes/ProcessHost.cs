using ImmutableBuild.Processes.Unix;

namespace ImmutableBuild.Processes;

/// <summary>Finds the <see cref="IProcessHost"/> of the operating system this runs on.</summary>
public static class ProcessHost
{
    /// <summary>The host for this system.</summary>
    public static IProcessHost ForThisSystem() => OperatingSystem.IsLinux() || OperatingSystem.IsMacOS()
        ? new UnixProcessHost(File.ReadAllText)
        : new PortableProcessHost();
}
