using System.Collections.Immutable;
using System.Globalization;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Drift;
using ImmutableBuild.GitHub;
using ImmutableBuild.Releases;
using ImmutableBuild.Releases.Options;
using ImmutableBuild.Releases.Source;
using ImmutableBuild.Reports;
using ImmutableBuild.Scanning;

namespace ImmutableBuild.Shells;

/// <summary>
/// The release of a project, for a shell that runs the stages in its own process. The project's build describes it and does Compile;
/// everything else is the engine's.
/// </summary>
public sealed class ProjectRelease : IProjectRelease
{
    private readonly ProjectDescription _project;
    private readonly StageContext _context;
    private readonly Action<string> _tellRunner;

    private ProjectRelease(ProjectReleaseRequest request, ProjectDescription project, ReleaseOptions options)
    {
        _project = project;
        _tellRunner = request.TellRunner;
        _context = new StageContext(options, request.Reporter, TimeProvider.System, request.ReadVariable) { WorkDirectory = project.WorkDirectory, OpenKmsKey = KmsKeys.OpenAsync };
    }

    /// <inheritdoc/>
    public ReleaseOptions Options => _context.Options;

    /// <inheritdoc/>
    public Task<ReleaseRecord> ReadRecordAsync(CancellationToken cancellationToken) => new ReleaseRecordFile(_project.WorkDirectory).ReadAsync(cancellationToken);

    /// <inheritdoc/>
    public string ReportFile => Path.Combine(_project.WorkDirectory, ReleaseReport.HtmlFile);

    /// <summary>Has the project describe itself, and reads its options. IMB1501 to IMB1503, and every mistake in the options at once.</summary>
    public static Task<ProjectRelease> OpenAsync(ProjectReleaseRequest request, CancellationToken cancellationToken) => BuildAsync(request, ["ImmutableDescribe"], cancellationToken);

    /// <summary>Compile, and the same description from the same build.</summary>
    public static Task<ProjectRelease> CompileAsync(ProjectReleaseRequest request, CancellationToken cancellationToken) => BuildAsync(request, ["ImmutableDescribe", "ImmutableCompile"], cancellationToken);

    /// <inheritdoc/>
    public Task<ReleaseRecord> RunAsync(StageName stage, bool keepsLease, CancellationToken cancellationToken) => FollowedAsync(async context =>
    {
        var commit = await GitSource.ReadCommitAsync(_project.ProjectFile, context.ReadVariable, cancellationToken);
        return await new StageRun(context, _project.GatewayProgram).RunAsync(stage, commit, keepsLease, cancellationToken);
    });

    /// <inheritdoc/>
    public Task<ImmutableArray<string>> EndAsync(CancellationToken cancellationToken) => InvariantAsync(async () =>
    {
        var record = await ReadRecordAsync(cancellationToken);
        await ReleaseReport.Create(record, []).WriteAsync(_project.WorkDirectory, cancellationToken);
        return ReleaseSummary.Of(record, _project.ProjectName, _project.ProjectFile);
    });

    /// <inheritdoc/>
    public Task<RouteBackResult> RouteBackAsync(string? failedCheck, CancellationToken cancellationToken) => WithStagesAsync(async (stages, context) =>
        await new RouteBack(stages.Target, stages.Verifier, context).RunAsync(await ReadRecordAsync(cancellationToken), failedCheck, cancellationToken));

    /// <inheritdoc/>
    public Task<RollbackResult> RollbackAsync(CancellationToken cancellationToken) => WithStagesAsync(async (stages, context) =>
    {
        var rollback = new Rollback(stages.Target, stages.Verifier, context.Time, context.Reporter, context.ReadVariable);
        var done = await rollback.RunAsync(new RollbackRequest(Options.App, Options.RollbackTo, Options.Rollout), cancellationToken);
        await context.Follower.WentLiveAsync(LiveChange.Of(done), context, cancellationToken);
        return done;
    });

    /// <inheritdoc/>
    public Task<ReleaseRecord> PromoteAsync(CancellationToken cancellationToken) => WithStagesAsync(async (stages, context) =>
        await new Promote(stages.Target, stages.Target, stages.Verifier, new RepositoryImages(context), context)
            .RunAsync(await ConfigurationSource.ReadAsync(_project.ProjectFile, context.ReadVariable, cancellationToken), cancellationToken));

    /// <inheritdoc/>
    public Task<Status> StatusAsync(CancellationToken cancellationToken) => WithStagesAsync(async (stages, _) => Status.Of(await stages.Target.ObserveAsync(Options.App, cancellationToken)));

    /// <inheritdoc/>
    public Task<DriftReport> DriftAsync(CancellationToken cancellationToken) => WithStagesAsync(async (stages, _) =>
    {
        var report = await DriftReport.FindAsync(stages.Target, Options.App, _context.Time, cancellationToken);
        if (Options.DriftFile is { } file)
        {
            await DriftFile.WriteAsync(Path.GetFullPath(file, Path.GetDirectoryName(_project.ProjectFile)!), report, cancellationToken);
        }

        return report;
    });

    /// <inheritdoc/>
    public Task<IReadOnlyList<GenerationId>> StopAsync(CancellationToken cancellationToken) => WithStagesAsync((stages, context) =>
        new StopApp(stages.Target, context.Time, context.Reporter).RunAsync(Options.App, cancellationToken));

    /// <inheritdoc/>
    public Task RescanAsync(Action<ScanAnswer> found, CancellationToken cancellationToken) => WithStagesAsync(async (stages, context) =>
    {
        await new ImageScans(context with { WorkDirectory = Path.Combine(_project.WorkDirectory, "scans") }).RescanAsync(stages.Target, found, cancellationToken);
        return true;
    });

    private static async Task<ProjectRelease> BuildAsync(ProjectReleaseRequest request, ImmutableArray<string> targets, CancellationToken cancellationToken)
    {
        if (!File.Exists(request.ProjectFile))
        {
            throw ShellErrors.NoProject(request.ProjectFile);
        }

        File.Delete(request.DescriptionFile);
        var properties = request.Settings.Properties.SetItem("_ImmutableDescription", request.DescriptionFile);
        await new DotnetBuild(request.ProjectFile, targets, properties).RunAsync(request.TellBuild, cancellationToken);
        var project = await ProjectDescriptionFile.ReadAsync(request.DescriptionFile, cancellationToken);
        return new ProjectRelease(request, project, ReleaseOptionsParser.Parse(project.Raw(request.Settings, request.ReadVariable)));
    }

    private Task<T> WithStagesAsync<T>(Func<ReleaseStages, StageContext, Task<T>> work) => FollowedAsync(async context =>
    {
        await using var stages = new ReleaseStages(context, _project.GatewayProgram);
        return await work(stages, context);
    });

    // One follower for each operation, since the shell does not say when its build ends. Each finds again what the one before has told.
    private Task<T> FollowedAsync<T>(Func<StageContext, Task<T>> work) => InvariantAsync(async () =>
    {
        using var followers = Followers.Create(_context.ReadVariable, _tellRunner);
        return await work(_context with { Follower = followers });
    });

    // The invariant culture, so that messages and files don't depend on the culture of whoever builds.
    private static async Task<T> InvariantAsync<T>(Func<Task<T>> work)
    {
        var culture = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        try
        {
            return await work();
        }
        catch (Exception fault) when (fault is not (ImmutableBuildException or OperationCanceledException or OutOfMemoryException))
        {
            throw InternalErrors.Unexpected(fault);
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }
}

/// <summary>What a <see cref="ProjectRelease"/> is made from.</summary>
public sealed record ProjectReleaseRequest
{
    /// <summary>The project file, absolute.</summary>
    public required string ProjectFile { get; init; }

    /// <summary>Where the project's build writes its description; a file that is nobody else's.</summary>
    public required string DescriptionFile { get; init; }

    /// <summary>What the shell was told beside the project.</summary>
    public OptionSettings Settings { get; init; } = OptionSettings.None;

    /// <summary>Where warnings and progress go.</summary>
    public required IReporter Reporter { get; init; }

    /// <summary>Gets each line of the project's build.</summary>
    public required Action<string> TellBuild { get; init; }

    /// <summary>Gets each line that is meant for the runner of a workflow, which reads them from the standard output.</summary>
    public required Action<string> TellRunner { get; init; }

    /// <summary>Reads an environment variable by name.</summary>
    public Func<string, string?> ReadVariable { get; init; } = Environment.GetEnvironmentVariable;
}
