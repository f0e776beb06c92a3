using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Registries;
using ImmutableBuild.Releases;
using ImmutableBuild.Releases.Source;
using ImmutableBuild.Reports;
using ImmutableBuild.Trust;

namespace ImmutableBuild.Generations;

/// <summary>
/// Promote: the image that is live in one environment, by its digest, through Deploy, HealthGate and DestroyOld of another one, with the configuration of
/// that one. Nothing is built or copied. It leaves record, report and ledger entry as a release does.
/// </summary>
/// <param name="source">Where the image is live.</param>
/// <param name="target">Where it goes; may be the same.</param>
/// <param name="verifier">Decides whether it may run there.</param>
/// <param name="images">The repository that the environment reads.</param>
/// <param name="context">The options of the environment it goes to.</param>
public sealed class Promote(IDeploymentTarget source, IDeploymentTarget target, IImageVerifier verifier, IRepositoryImages images, StageContext context)
{
    private readonly ReleaseRecordFile _file = new(context.WorkDirectory);

    /// <summary>Promotes; throws IMB8023 to IMB8028 when there is nothing to promote, and whatever the three stages throw. The record, to its end.</summary>
    /// <param name="configuration">The working copy that the options are from.</param>
    /// <param name="cancellationToken">Ends the work; what was begun is put right first.</param>
    public async Task<ReleaseRecord> RunAsync(ConfigurationSource configuration, CancellationToken cancellationToken)
    {
        var record = await BeginAsync(configuration, cancellationToken);
        var pipeline = new ReleasePipeline(_file, context);
        IStage[] stages = [new DeployStage(target, verifier) { KeepsLease = true }, new HealthGateStage(target, verifier) { KeepsLease = true }, new DestroyOldStage(target)];
        try
        {
            foreach (var stage in stages)
            {
                record = await pipeline.RunAsync([stage], record, cancellationToken);
            }
        }
        catch (Exception fault) when (fault is ImmutableBuildException or OperationCanceledException)
        {
            await ReportFailureAsync(record, [.. (fault as ImmutableBuildException)?.Diagnostics ?? [], .. await PutRightAsync(record)]);
            throw;
        }

        await ReleaseReport.Create(record, []).WriteAsync(context.WorkDirectory, cancellationToken);
        return record;
    }

    /// <summary>Writes the report beside the record. Where there is no record, nothing was done that a report could tell of.</summary>
    private async Task ReportFailureAsync(ReleaseRecord record, ImmutableArray<Diagnostic> told)
    {
        if (!told.IsEmpty && File.Exists(_file.Path))
        {
            await ReleaseReport.Create(record, told).WriteAsync(context.WorkDirectory, CancellationToken.None);
        }
    }

    private async Task<ReleaseRecord> BeginAsync(ConfigurationSource configuration, CancellationToken cancellationToken)
    {
        var (app, repository) = (context.Options.App, ImageStores.RepositoryOf(context.Options));
        RequireSource(context.Options.Promote, app, repository);
        var live = await FindLiveAsync(app, cancellationToken);
        var digest = live?.Image ?? context.Options.Promote.Image!.Digest;
        var image = await images.FindAsync(app, repository, digest, live?.Commit, cancellationToken)
            ?? throw PromoteErrors.NotInRepository(app, repository, digest, live?.Repository);
        if (configuration.Commit != image.Commit || configuration.IsDirty)
        {
            context.Reporter.Warn(PromoteErrors.OtherConfiguration(app, image.Commit, configuration));
        }

        return new ReleaseRecord
        {
            ReleaseId = Guid.NewGuid().ToString("N"),
            App = app,
            Options = context.Options.Given,
            Compile = new CompileRecord
            {
                Commit = image.Commit,
                CommitTime = image.Created,
                Dirty = image.IsDirty,
                RepositoryUrl = image.Source,
                Version = image.Version,
                Project = configuration.Project,
                Published = [],
                SdkVersion = "",
            },
            Promoted = new PromoteRecord
            {
                From = context.Options.Promote.From,
                Generation = live?.Id,
                Repository = repository,
                Digest = digest,
                ConfigurationCommit = configuration.Commit,
                ConfigurationDirty = configuration.IsDirty,
            },
        };
    }

    private static void RequireSource(PromoteOptions options, AppKey app, string repository)
    {
        if (options is { From: null, Image: null })
        {
            throw PromoteErrors.NoSource(app);
        }

        if (options.From == app.Environment)
        {
            throw PromoteErrors.SameEnvironment(app);
        }

        if (options.Image?.Repository is { } other && other != repository)
        {
            throw PromoteErrors.OtherRepository(app, repository, other);
        }
    }

    private async Task<GenerationSpec?> FindLiveAsync(AppKey app, CancellationToken cancellationToken)
    {
        if (context.Options.Promote is not { From: { } environment } options)
        {
            return null;
        }

        var from = new AppKey(app.App, environment);
        var live = PromoteSource.Choose(await source.ObserveAsync(from, cancellationToken) with { App = from });
        return options.Image is { } approved && approved.Digest != live.Image ? throw PromoteErrors.OtherImage(from, live, approved.Digest) : live;
    }

    /// <summary>Puts right what a stage left to the next one, when the promotion ends between the two. A stage that fails puts its own work right.</summary>
    private async Task<ImmutableArray<Diagnostic>> PutRightAsync(ReleaseRecord record)
    {
        if (record.Deploy is null)
        {
            return [];
        }

        try
        {
            await LeftRelease.AbandonAsync(record, context, target);
            return [];
        }
        catch (ImmutableBuildException told)
        {
            return told.Diagnostics;
        }
    }
}
