using ImmutableBuild.Releases;
using Microsoft.Build.Framework;

namespace ImmutableBuild.MSBuild;

/// <summary>Prepares the folder that is published into (<see cref="PublishFolder"/>).</summary>
public sealed class ClearPublish : Microsoft.Build.Utilities.Task
{
    /// <summary>The project.</summary>
    [Required]
    public string ProjectFile { get; set; } = "";

    /// <summary>The folder, absolute.</summary>
    [Required]
    public string Directory { get; set; } = "";

    /// <inheritdoc/>
    public override bool Execute() => new BuildLog(Log, ProjectFile).Try(() => ClearAhead.End(BuildEngine, Directory));
}
