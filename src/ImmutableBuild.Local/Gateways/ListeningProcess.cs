using System.Globalization;

namespace ImmutableBuild.Local.Gateways;

/// <summary>Who listens on a TCP port of this machine, for a message. Linux tells; elsewhere, or for another user's process, nobody does.</summary>
internal static class ListeningProcess
{
    private const int LocalAddressColumn = 1;
    private const int StateColumn = 3;
    private const int InodeColumn = 9;
    private const string Listen = "0A";

    /// <summary><c>nginx (process 4711)</c>; null when it can't be told.</summary>
    public static string? Describe(int port)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        var sockets = Inodes(port).Select(inode => $"socket:[{inode}]").ToHashSet(StringComparer.Ordinal);
        return sockets.Count == 0
            ? null
            : Directory.EnumerateDirectories("/proc")
                .Where(path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out _))
                .Where(path => Holds(path, sockets))
                .Select(path => $"{Read(Path.Combine(path, "comm")).Trim()} (process {Path.GetFileName(path)})")
                .FirstOrDefault();
    }

    // proc(5), /proc/net/tcp: the local address is HEX:PORT, the state of a listening socket 0A.
    private static IEnumerable<string> Inodes(int port) => ((string[])["/proc/net/tcp", "/proc/net/tcp6"])
        .SelectMany(table => Read(table).Split('\n').Skip(1))
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Where(columns => columns.Length > InodeColumn
            && columns[StateColumn] == Listen
            && columns[LocalAddressColumn].EndsWith($":{port:X4}", StringComparison.Ordinal))
        .Select(columns => columns[InodeColumn]);

    private static bool Holds(string processDirectory, HashSet<string> sockets)
    {
        try
        {
            return Directory.EnumerateFiles(Path.Combine(processDirectory, "fd"))
                .Any(descriptor => new FileInfo(descriptor).LinkTarget is { } target && sockets.Contains(target));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
