using System.Globalization;

namespace ImmutableBuild.Processes.Unix;

/// <summary>The members of a process group on Linux. Zombies don't count: <c>kill(-group, 0)</c> finds those too.</summary>
internal static class ProcessGroup
{
    private const int StateField = 0;
    private const int GroupField = 2;

    public static bool HasRunningMember(int group) => Directory.EnumerateDirectories("/proc")
        .Any(path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out _) && IsRunningMember(path, group));

    private static bool IsRunningMember(string processDirectory, int group)
    {
        try
        {
            var stat = File.ReadAllText(Path.Combine(processDirectory, "stat"));
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[StateField] is not ("Z" or "X")
                && int.Parse(fields[GroupField], NumberStyles.Integer, CultureInfo.InvariantCulture) == group;
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException or IOException { HResult: LibC.ErrorNoSuchProcess })
        {
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            // A process that may not be looked at is another user's, so none of our groups.
            return false;
        }
    }
}
