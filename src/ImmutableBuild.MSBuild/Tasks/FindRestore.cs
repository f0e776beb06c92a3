using ImmutableBuild.Releases;
using Microsoft.Build.Framework;

namespace ImmutableBuild.MSBuild;

/// <summary>Before the restore for the released runtime: whether an earlier one is still there. After it: writes down that it is (<see cref="EarlierRestore"/>).</summary>
public sealed class FindRestore : Microsoft.Build.Utilities.Task
{
    /// <summary>The project.</summary>
    [Required]
    public string ProjectFile { get; set; } = "";

    /// <summary>Where it is written down.</summary>
    [Required]
    public string Note { get; set; } = "";

    /// <summary>NuGet's graph of the projects it restored.</summary>
    [Required]
    public string GraphFile { get; set; } = "";

    /// <summary>What the restore follows from; empty where more than that decides.</summary>
    public string Sources { get; set; } = "";

    /// <summary>What NuGet wrote of the restore for the build.</summary>
    [Required]
    public string BuildRestore { get; set; } = "";

    /// <summary>It has just been done.</summary>
    public bool IsDone { get; set; }

    /// <summary>An earlier one is still there; not said where it has just been done.</summary>
    [Output]
    public bool IsThere { get; private set; }

    /// <inheritdoc/>
    public override bool Execute() => new BuildLog(Log, ProjectFile).Try(() =>
    {
        if (EarlierRestore.InputsOf(Sources, BuildRestore) is not { } inputs)
        {
            return;
        }

        var earlier = new EarlierRestore(Note, GraphFile);
        if (IsDone)
        {
            earlier.Write(inputs);
        }
        else
        {
            IsThere = earlier.IsThere(inputs);
        }
    });
}
