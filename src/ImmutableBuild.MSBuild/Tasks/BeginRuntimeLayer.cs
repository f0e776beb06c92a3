using Microsoft.Build.Framework;

namespace ImmutableBuild.MSBuild;

/// <summary>Begins with the layer of the app's runtime beside what the build does next, where that was offered (<see cref="RuntimeLayerAhead"/>).</summary>
public sealed class BeginRuntimeLayer : Microsoft.Build.Utilities.Task
{
    /// <summary>Where the release's files are, <c>obj/immutable/</c>.</summary>
    [Required]
    public string WorkDirectory { get; set; } = "";

    /// <summary>The runtime's files, with <c>DestinationSubPath</c> as metadata.</summary>
    public ITaskItem[] Files { get; set; } = [];

    /// <inheritdoc/>
    public override bool Execute()
    {
        RuntimeLayerAhead.Find(BuildEngine, Path.GetFullPath(WorkDirectory))?.Begin(
            [.. Files.Select(file => KeyValuePair.Create(file.GetMetadata("DestinationSubPath").Replace('\\', '/'), file.GetMetadata("FullPath")))]);
        return true;
    }
}
