namespace ImmutableBuild.MSBuild;

/// <summary>
/// The build's standard output, past its loggers: a runner's commands have to begin their line, whichever logger prints, at any verbosity, and a
/// secret that the runner is to hide must not be in a log that MSBuild keeps. A worker node of MSBuild has no output; there nothing comes of it.
/// </summary>
internal static class ConsoleLines
{
    /// <summary>Writes a line.</summary>
    public static void Write(string line)
    {
        Console.Out.WriteLine(line);
        Console.Out.Flush();
    }
}
