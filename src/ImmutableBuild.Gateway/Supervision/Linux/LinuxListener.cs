using System.Globalization;

namespace ImmutableBuild.Gateway.Supervision.Linux;

/// <summary>Finds the socket that accepts connections to a loopback port in <c>/proc/net/tcp</c> and <c>tcp6</c> (proc_net(5)).</summary>
internal static class LinuxListener
{
    private const string Listening = "0A";

    /// <summary>Local addresses that 127.0.0.1 reaches, the most specific first: the kernel prefers them in this order.</summary>
    private static readonly (string Table, string Address)[] Candidates =
    [
        ("/proc/net/tcp", "0100007F"),
        ("/proc/net/tcp6", "0000000000000000FFFF00000100007F"),
        ("/proc/net/tcp", "00000000"),
        ("/proc/net/tcp6", "00000000000000000000000000000000"),
    ];

    /// <summary>The inodes of the sockets that may accept a connection to <c>127.0.0.1:port</c>; several only where a port is shared on purpose.</summary>
    public static IReadOnlyList<string> InodesOf(int port)
    {
        foreach (var (table, address) in Candidates)
        {
            if (File.Exists(table) && Find(File.ReadLines(table), address, port) is { Count: > 0 } inodes)
            {
                return inodes;
            }
        }

        return [];
    }

    internal static List<string> Find(IEnumerable<string> lines, string address, int port)
    {
        var local = $"{address}:{port.ToString("X4", CultureInfo.InvariantCulture)}";
        var inodes = new List<string>();
        foreach (var line in lines)
        {
            // sl, local_address, rem_address, st, tx:rx, tr:when, retrnsmt, uid, timeout, inode
            if (!line.Contains(local, StringComparison.Ordinal))
            {
                continue;
            }

            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length > 9 && fields[1] == local && fields[3] == Listening)
            {
                inodes.Add(fields[9]);
            }
        }

        return inodes;
    }
}
