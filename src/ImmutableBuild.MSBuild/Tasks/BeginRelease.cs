using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Releases;
using ImmutableBuild.Releases.Options;
using ImmutableBuild.Releases.Source;
using Microsoft.Build.Framework;

namespace ImmutableBuild.MSBuild;

/// <summary>Ends Compile: writes down what was published, and which source it came from.</summary>
public sealed class BeginRelease : ReleaseTask
{
    /// <summary>The publish directory for each runtime, with program, runtime identifier and versions as metadata; where a Dockerfile makes the image, the project with the versions alone; nothing where an earlier release published it.</summary>
    public ITaskItem[] Published { get; set; } = [];

    /// <summary>The commit that was checked out when the release began.</summary>
    [Required]
    public string Commit { get; set; } = "";

    /// <summary>What the publish follows from, a digest; empty where more than the commit decides.</summary>
    public string? Inputs { get; set; }

    /// <summary>When Compile began, in ticks of UTC.</summary>
    [Required]
    public long BeganTicks { get; set; }

    /// <inheritdoc/>
    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        var log = new BuildLog(Log, Input.ProjectFile);
        var options = ReleaseOptionsParser.Parse(Input.Raw());
        // Begun here and awaited below: the publish outputs are looked at meanwhile.
        var reading = GitSource.ReadAsync(Input.ProjectFile, Environment.GetEnvironmentVariable, cancellationToken);
        ImmutableArray<PublishRecord> published = options.Bake.Dockerfile is null ? [.. Published.Select(Output)] : [];
        var source = await reading;
        // HEAD moved during the build: what was compiled is a mixture of two commits, which neither of them would make again.
        if (source.Commit.ToString() != Commit)
        {
            throw SourceErrors.CommitMoved(Commit, source.Commit.ToString());
        }

        if (!source.DirtyFiles.IsEmpty && !options.AllowDirty)
        {
            throw SourceErrors.DirtyTree(source.DirtyFiles);
        }

        var inputs = Digest.TryParse(Inputs, out var digest) ? digest : (Digest?)null;
        source.RequireCommitted(Published.SelectMany(SourceList.Read), Published.SelectMany(SourceList.BuildOutputs), options, log);
        var compile = Published.Length == 0 ? await EarlierAsync(inputs, cancellationToken)
            : Compiled(source, published) with { Inputs = inputs };
        var elapsed = TimeProvider.System.GetUtcNow() - new DateTimeOffset(BeganTicks, TimeSpan.Zero);
        var record = ReleaseChain.Begin(Guid.NewGuid().ToString("N"), options, compile, elapsed);
        await new ReleaseRecordFile(Input.WorkDirectory).WriteAsync(record, cancellationToken);
        BuildCommit.Note(BuildEngine, Input, source.Commit);
        var runtimes = string.Join(" and ", compile.Published.Select(output => output.RuntimeIdentifier));
        var summary = $"commit {source.Commit.Abbreviated}{(compile.Dirty ? " with uncommitted changes" : "")}{(runtimes.Length > 0 ? $", {runtimes}" : "")}{(compile.Published is [{ SelfContained: true }, ..] ? ", self-contained" : "")}{(Published.Length == 0 ? ", published before" : "")}";
        log.Finished(StageName.Compile, elapsed, summary);
        var context = ContextOf(options);
        await context.Follower.EndedAsync(record, StageName.Compile, summary, context, cancellationToken);
    }

    private async Task<CompileRecord> EarlierAsync(Digest? inputs, CancellationToken cancellationToken)
    {
        var record = new ReleaseRecordFile(Input.WorkDirectory);
        return (inputs is { } found ? await EarlierPublish.FindAsync(record, found, cancellationToken) : null) ?? throw RecordErrors.EarlierPublishGone(Input.WorkDirectory);
    }

    private CompileRecord Compiled(SourceState source, ImmutableArray<PublishRecord> published)
    {
        var first = Published[0];
        return new CompileRecord
        {
            Commit = source.Commit,
            CommitTime = source.CommitTime,
            Dirty = !source.DirtyFiles.IsEmpty,
            Branch = source.Branch,
            RepositoryUrl = source.RepositoryUrl,
            Version = first.GetMetadata("Version"),
            Project = source.Project,
            Published = published,
            SdkVersion = first.GetMetadata("SdkVersion"),
        };
    }

    private PublishRecord Output(ITaskItem published)
    {
        var record = PublishedBy(published);
        if (published.GetMetadata("AssetsFile") is not { Length: > 0 } assets)
        {
            return record;
        }

        var packages = Path.Combine(Input.WorkDirectory, $"packages.{record.RuntimeIdentifier}.json");
        PackageDescriptions.Write(assets, record, packages);
        return record with { Packages = RestoredPackages.Read(assets), PackageDescriptions = packages };
    }

    private static PublishRecord PublishedBy(ITaskItem published)
    {
        var (directory, program) = (published.GetMetadata("FullPath"), published.GetMetadata("Program"));
        return !File.Exists(Path.Combine(directory, program)) ? throw RecordErrors.NothingPublished(directory, program) : new PublishRecord
        {
            Directory = directory,
            RuntimeIdentifier = published.GetMetadata("RuntimeIdentifier"),
            SelfContained = bool.TryParse(published.GetMetadata("SelfContained"), out var contained) && contained,
            EntryPoint = program,
            Stamp = EarlierPublish.StampOf(directory),
        };
    }
}
