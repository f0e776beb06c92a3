using ImmutableBuild.Releases;
using ImmutableBuild.Releases.Options;
using Microsoft.Build.Framework;

namespace ImmutableBuild.MSBuild;

/// <summary>Begins to look at the source beside what the build does next (<see cref="SourceAhead"/>), and prepares for what is done with the answer.</summary>
public sealed class BeginSource : Microsoft.Build.Utilities.Task
{
    /// <summary>The project.</summary>
    [Required]
    public string ProjectFile { get; set; } = "";

    /// <inheritdoc/>
    public override bool Execute()
    {
        SourceAhead.Begin(BuildEngine, ProjectFile);
        // Where this fails, what needs it fails too, and tells.
        _ = Beside.Run(() =>
        {
            ReleaseOptionsParser.Prepare();
            ReleaseRecordFile.Prepare();
        });
        return true;
    }
}
