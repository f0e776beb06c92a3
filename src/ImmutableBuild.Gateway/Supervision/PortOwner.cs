using ImmutableBuild.Gateway.Supervision.Linux;
using ImmutableBuild.Generations;
using ImmutableBuild.Processes;

namespace ImmutableBuild.Gateway.Supervision;

/// <summary>Tells whose socket accepts the connections to an instance's port (F15).</summary>
internal static class PortOwner
{
    private const int MostLooks = 3;

    /// <summary>Whether the listener on the loopback <paramref name="port"/> belongs to the session of <paramref name="leader"/>.</summary>
    public static InstanceIdentity Compare(ProcessIdentity leader, int port)
    {
        if (!OperatingSystem.IsLinux())
        {
            return InstanceIdentity.Unknown;
        }

        return Compare(() => LinuxListener.InodesOf(port), listeners =>
            HoldsAll(LinuxProcess.Find(leader.Id), listeners) || LinuxProcess.All().Any(other => other.Session == leader.Id && HoldsAll(other, listeners)));
    }

    /// <summary>
    /// Between finding the listening sockets and finding their holder, the listener may end or listen anew. Nobody holds the sockets found then, which
    /// is no sign of a foreign process. So sockets without a known holder count as foreign only where a second look finds the same ones.
    /// </summary>
    internal static InstanceIdentity Compare(Func<IReadOnlyList<string>> find, Func<IReadOnlyList<string>, bool> isHeld)
    {
        var listeners = find();
        for (var look = 1; listeners.Count > 0; look++)
        {
            if (isHeld(listeners))
            {
                return InstanceIdentity.Confirmed;
            }

            var still = find();
            if (look == MostLooks || still.SequenceEqual(listeners, StringComparer.Ordinal))
            {
                return InstanceIdentity.Foreign;
            }

            listeners = still;
        }

        return InstanceIdentity.Unknown;
    }

    private static bool HoldsAll(LinuxProcess? owner, IReadOnlyList<string> inodes) => owner is not null && inodes.All(owner.SocketInodes().Contains);
}
