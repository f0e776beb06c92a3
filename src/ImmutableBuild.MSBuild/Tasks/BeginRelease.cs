using ImmutableBuild.Errors;
using ImmutableBuild.Releases;
using ImmutableBuild.Releases.Options;
using ImmutableBuild.Releases.Source;
using Microsoft.Build.Framework;

namespace ImmutableBuild.MSBuild;

/// <summary>Ends Compile: writes down what was published, and which source it came from.</summary>
public sealed class BeginRelease : ReleaseTask
{
    /// <summary>The publish directory, with program, runtime identifier and versions as metadata.</summary>
    [Required]
    public ITaskItem Published { get; set; } = null!;

    /// <summary>The commit that was checked out when the release began.</summary>
    [Required]
    public string Commit { get; set; } = "";

    /// <summary>When Compile began, in ticks of UTC.</summary>
    [Required]
    public long BeganTicks { get; set; }

    /// <inheritdoc/>
    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        var log = new BuildLog(Log, Input.ProjectFile);
        var options = ReleaseOptionsParser.Parse(Input.Raw());
        var source = await GitSource.ReadAsync(Input.ProjectFile, Environment.GetEnvironmentVariable, cancellationToken);
        // Whatever was compiled is a mixture then, and the commit at the end would be a label for what nobody can make again.
        if (source.Commit.ToString() != Commit)
        {
            throw SourceErrors.CommitMoved(Commit, source.Commit.ToString());
        }

        if (!source.DirtyFiles.IsEmpty && !options.AllowDirty)
        {
            throw SourceErrors.DirtyTree(source.DirtyFiles);
        }

        var compile = Compiled(source);
        var elapsed = TimeProvider.System.GetUtcNow() - new DateTimeOffset(BeganTicks, TimeSpan.Zero);
        var record = ReleaseChain.Begin(Guid.NewGuid().ToString("N"), options, compile, elapsed);
        await new ReleaseRecordFile(Input.WorkDirectory).WriteAsync(record, cancellationToken);
        log.Finished(StageName.Compile, elapsed, $"commit {source.Commit.Abbreviated}{(compile.Dirty ? " with uncommitted changes" : "")}, {compile.RuntimeIdentifier}{(compile.SelfContained ? ", self-contained" : "")}");
    }

    private CompileRecord Compiled(SourceState source)
    {
        var directory = Published.GetMetadata("FullPath");
        var program = Published.GetMetadata("Program");
        if (!File.Exists(Path.Combine(directory, program)))
        {
            throw RecordErrors.NothingPublished(directory, program);
        }

        return new CompileRecord
        {
            Commit = source.Commit,
            CommitTime = source.CommitTime,
            Dirty = !source.DirtyFiles.IsEmpty,
            Branch = source.Branch,
            RepositoryUrl = source.RepositoryUrl,
            Version = Published.GetMetadata("Version"),
            Project = source.Project,
            PublishDirectory = directory,
            RuntimeIdentifier = Published.GetMetadata("RuntimeIdentifier"),
            SelfContained = bool.TryParse(Published.GetMetadata("SelfContained"), out var contained) && contained,
            EntryPoint = program,
            SdkVersion = Published.GetMetadata("SdkVersion"),
        };
    }
}
