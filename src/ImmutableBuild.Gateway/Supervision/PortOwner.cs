using ImmutableBuild.Gateway.Supervision.Linux;
using ImmutableBuild.Generations;
using ImmutableBuild.Processes;

namespace ImmutableBuild.Gateway.Supervision;

/// <summary>Tells whose socket accepts the connections to an instance's port (F15).</summary>
internal static class PortOwner
{
    /// <summary>Whether the listener on the loopback <paramref name="port"/> belongs to the session of <paramref name="leader"/>.</summary>
    public static InstanceIdentity Compare(ProcessIdentity leader, int port)
    {
        if (!OperatingSystem.IsLinux())
        {
            return InstanceIdentity.Unknown;
        }

        var listeners = LinuxListener.InodesOf(port);
        if (listeners.Count == 0)
        {
            return InstanceIdentity.Unknown;
        }

        return HoldsAll(LinuxProcess.Find(leader.Id), listeners)
            || LinuxProcess.All().Any(other => other.Session == leader.Id && HoldsAll(other, listeners))
                ? InstanceIdentity.Confirmed
                : InstanceIdentity.Foreign;
    }

    private static bool HoldsAll(LinuxProcess? owner, IReadOnlyList<string> inodes) => owner is not null && inodes.All(owner.SocketInodes().Contains);
}
