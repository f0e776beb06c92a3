using ImmutableBuild.Docker.Api.Models;

namespace ImmutableBuild.Docker;

/// <summary>What no container of ours needs, and so does not get.</summary>
internal static class Hardening
{
    /// <summary>Nothing can be written but <c>/tmp</c>, in memory, and what is mounted; no capability, and no way to one.</summary>
    public static HostConfiguration Apply(HostConfiguration configuration) => configuration with
    {
        ReadonlyRootfs = true,
        Tmpfs = new Dictionary<string, string>(StringComparer.Ordinal) { ["/tmp"] = "rw,nosuid,nodev,mode=1777" },
        Privileged = false,
        CapDrop = ["ALL"],
        SecurityOpt = ["no-new-privileges"],
    };
}
