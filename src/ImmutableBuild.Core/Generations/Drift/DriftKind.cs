namespace ImmutableBuild.Generations.Drift;

/// <summary>In what something differs from what was released.</summary>
public enum DriftKind
{
    /// <summary>It runs another image.</summary>
    Image,

    /// <summary>Variables, program, arguments, user, labels and the like.</summary>
    Configuration,

    /// <summary>Volumes and directories.</summary>
    Mounts,

    /// <summary>Networks, ports, names of hosts.</summary>
    Network,

    /// <summary>Limits of memory, processors and processes.</summary>
    Limits,

    /// <summary>What was to be kept from it, such as capabilities and a writable root.</summary>
    Hardening,

    /// <summary>Files that are not as in the image.</summary>
    Files,

    /// <summary>Processes that the app did not start.</summary>
    Processes,

    /// <summary>It was held or stopped.</summary>
    State,

    /// <summary>It is gone.</summary>
    Missing,

    /// <summary>Something that is not of the app has been put where the app is alone.</summary>
    Foreign,

    /// <summary>The gateway is not as it was made.</summary>
    Gateway,
}
