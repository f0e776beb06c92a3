namespace ImmutableBuild.MSBuild;

/// <summary>
/// The build's standard output, past its loggers: a runner's commands have to begin their line, whichever logger prints, at any verbosity, and a
/// secret that the runner is to hide must not be in a log that MSBuild keeps.
/// </summary>
internal static class ConsoleLines
{
    /// <summary>Whether what this process writes is the build's output: worker nodes of MSBuild, and its processes for single tasks, have none.</summary>
    public static bool AreSeen => !Environment.GetCommandLineArgs().Any(argument => argument.TrimStart('/', '-').ToLowerInvariant() is "nodemode:1" or "nodemode:2");

    /// <summary>Writes a line; nothing comes of it where nobody sees it.</summary>
    public static void Write(string line)
    {
        Console.Out.WriteLine(line);
        Console.Out.Flush();
    }
}
