using System.Globalization;
using System.Text;

namespace ImmutableBuild.Gateway.Supervision.Linux;

/// <summary>What <c>/proc</c> tells of one process (proc(5)).</summary>
/// <param name="Pid">Its id.</param>
/// <param name="State">One letter; <c>Z</c> is a process that ended and was not waited for.</param>
/// <param name="Session">The id of its session's leader.</param>
internal sealed record LinuxProcess(int Pid, char State, int Session)
{
    /// <summary>Whether it can still run.</summary>
    public bool IsAlive => State is not ('Z' or 'X');

    /// <summary>The process with the id <paramref name="pid"/>; null when there is none.</summary>
    public static LinuxProcess? Find(int pid)
    {
        try
        {
            return Parse(pid, File.ReadAllText($"/proc/{pid}/stat"));
        }
        catch (Exception fault) when (IsOutOfSight(fault))
        {
            // A process that ends between the listing and the reading is no process.
            return null;
        }
    }

    /// <summary>All processes there are.</summary>
    public static IEnumerable<LinuxProcess> All() =>
        from path in Directory.EnumerateDirectories("/proc")
        let pid = int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0
        where pid > 0
        let process = Find(pid)
        where process is not null
        select process;

    /// <summary>Whether its environment holds all <paramref name="markers"/>; false when it may not be read.</summary>
    public bool IsMarked(IReadOnlyList<string> markers)
    {
        try
        {
            var variables = Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{Pid}/environ")).Split('\0');
            return markers.All(marker => variables.Contains(marker, StringComparer.Ordinal));
        }
        catch (Exception fault) when (IsOutOfSight(fault))
        {
            return false;
        }
    }

    /// <summary>The inodes of its sockets.</summary>
    public IReadOnlySet<string> SocketInodes()
    {
        var inodes = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            foreach (var descriptor in new DirectoryInfo($"/proc/{Pid}/fd").EnumerateFileSystemInfos())
            {
                if (descriptor.LinkTarget is { } target && target.StartsWith("socket:[", StringComparison.Ordinal))
                {
                    inodes.Add(target["socket:[".Length..^1]);
                }
            }
        }
        catch (Exception fault) when (IsOutOfSight(fault))
        {
            // Someone else's process, or one that just ended: it owns nothing that could be confirmed.
            return inodes;
        }

        return inodes;
    }

    // Not where this process has no descriptor left to look with: that says nothing of the other process, and goes on to the caller.
    private static bool IsOutOfSight(Exception fault) => fault is IOException or UnauthorizedAccessException && !OwnLimits.Explain(fault);

    internal static LinuxProcess? Parse(int pid, string stat)
    {
        // The second field is the program's name in parentheses, and may itself hold any character.
        var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > 3 ? new LinuxProcess(pid, fields[0][0], int.Parse(fields[3], CultureInfo.InvariantCulture)) : null;
    }
}
