using Microsoft.Build.Framework;

namespace ImmutableBuild.MSBuild;

/// <summary>Begins to prepare the folder that is published into beside what the build does next (<see cref="ClearAhead"/>).</summary>
public sealed class BeginClearPublish : Microsoft.Build.Utilities.Task
{
    /// <summary>The folder, absolute.</summary>
    [Required]
    public string Directory { get; set; } = "";

    /// <inheritdoc/>
    public override bool Execute()
    {
        ClearAhead.Begin(BuildEngine, Directory);
        return true;
    }
}
