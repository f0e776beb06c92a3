using Microsoft.Build.Framework;

namespace ImmutableBuild.MSBuild;

/// <summary>Writes down what the project says of its release, for a shell that runs the stages in a process of its own.</summary>
public sealed class DescribeProject : ReleaseTask
{
    /// <summary>Where to; a file.</summary>
    [Required]
    public string File { get; set; } = "";

    /// <inheritdoc/>
    protected override System.Threading.Tasks.Task RunAsync(CancellationToken cancellationToken) => ProjectDescriptionFile.WriteAsync(Input.Describe(), Path.GetFullPath(File), cancellationToken);
}
