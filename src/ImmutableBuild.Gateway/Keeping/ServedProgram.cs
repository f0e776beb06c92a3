using System.Text;
using ImmutableBuild.Gateway.State;

namespace ImmutableBuild.Gateway.Keeping;

/// <summary>
/// Which program serves: the keeper's own, or after an upgrade the one in the directory that is written down beside the state. What is written
/// down outlives the keeper, so that whoever keeps next starts the same program.
/// </summary>
internal static class ServedProgram
{
    /// <summary>The program's file.</summary>
    public const string Assembly = "ImmutableBuild.Gateway.dll";

    private const int LongestPath = 4096;

    /// <summary>The keeper's own.</summary>
    public static string Own { get; } = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);

    /// <summary>The directory of the program to start; the keeper's own where none, or none that is there, is written down.</summary>
    public static string Read(string stateDirectory) => Find(stateDirectory) ?? Own;

    /// <summary>The directory that is written down, when there is a program in it.</summary>
    public static string? Find(string stateDirectory)
    {
        try
        {
            var file = new FileInfo(PathOf(stateDirectory));
            return file is { Exists: true, Length: <= LongestPath } && File.ReadAllText(file.FullName) is var directory && IsProgram(directory) ? directory : null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Whether there is a program in <paramref name="directory"/>, an absolute path.</summary>
    public static bool IsProgram(string directory) => Path.IsPathFullyQualified(directory) && File.Exists(Path.Combine(directory, Assembly));

    /// <summary>Writes down that the program in <paramref name="directory"/> serves, so that a power cut does not undo it.</summary>
    public static void Write(string stateDirectory, string directory) =>
        _ = DurableFile.Replace(PathOf(stateDirectory), PathOf(stateDirectory) + ".previous", Encoding.UTF8.GetBytes(directory), DurableFile.FlushDirectory);

    /// <summary>Forgets it: the keeper's own serves next.</summary>
    public static void Forget(string stateDirectory)
    {
        File.Delete(PathOf(stateDirectory));
        File.Delete(PathOf(stateDirectory) + ".previous");
    }

    /// <summary>
    /// Removes what earlier upgrades brought into the state directory, but for the program that runs, and the one that is written down: another upgrade may have begun, and
    /// even have ended, while what came before this program still had work.
    /// </summary>
    public static void RemoveOthers(string stateDirectory)
    {
        var programs = Path.Combine(stateDirectory, GatewayFiles.Programs);
        if (!Directory.Exists(programs))
        {
            return;
        }

        var wanted = Find(stateDirectory);
        foreach (var other in Directory.GetDirectories(programs).Where(directory => directory != Own && directory != wanted))
        {
            try
            {
                Directory.Delete(other, recursive: true);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                // A program that stays only takes room; the next upgrade tries again.
            }
        }
    }

    private static string PathOf(string stateDirectory) => Path.Combine(stateDirectory, GatewayFiles.Program);
}
