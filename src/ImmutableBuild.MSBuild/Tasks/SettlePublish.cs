using ImmutableBuild.Releases;
using Microsoft.Build.Framework;

namespace ImmutableBuild.MSBuild;

/// <summary>Ends a publish: leaves in its folder what belongs there, and writes down what came from packages (<see cref="PublishFolder"/>).</summary>
public sealed class SettlePublish : Microsoft.Build.Utilities.Task
{
    /// <summary>The project.</summary>
    [Required]
    public string ProjectFile { get; set; } = "";

    /// <summary>The folder, absolute.</summary>
    [Required]
    public string Directory { get; set; } = "";

    /// <summary>What was published, with <c>RelativePath</c> as metadata.</summary>
    public ITaskItem[] Published { get; set; } = [];

    /// <summary>Where packages are.</summary>
    public string[] Packages { get; set; } = [];

    /// <inheritdoc/>
    public override bool Execute()
    {
        var published = Published.Select(file => KeyValuePair.Create(file.GetMetadata("RelativePath"), file.GetMetadata("FullPath"))).Where(file => file.Key.Length > 0);
        return new BuildLog(Log, ProjectFile).Try(() => new PublishFolder(Directory).Settle(published, Packages));
    }
}
