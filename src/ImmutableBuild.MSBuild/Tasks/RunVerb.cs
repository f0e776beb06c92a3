using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Debugging;
using ImmutableBuild.Generations.Drift;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Bases;
using ImmutableBuild.Releases;
using ImmutableBuild.Releases.Options;
using ImmutableBuild.Releases.Source;
using ImmutableBuild.Scanning;
using ImmutableBuild.Trust;
using ImmutableBuild.Trust.Verification;
using Microsoft.Build.Framework;

namespace ImmutableBuild.MSBuild;

/// <summary>Rollback, Promote, Status, History, Debug, Drift, Heal, Scan, Rescan, Stop, Verify, UpdateBase or VerifyReproducible: what people ask of an app between releases.</summary>
public sealed class RunVerb : ReleaseTask
{
    /// <summary>The verb's name.</summary>
    [Required]
    public string Verb { get; set; } = "";

    /// <summary>For Verify and Scan alone: the image.</summary>
    public string Image { get; set; } = "";

    /// <inheritdoc/>
    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        var options = ReleaseOptionsParser.Parse(Input.Raw());
        RefuseWithDockerfile(options);
        var log = new BuildLog(Log, Input.ProjectFile);
        var context = ContextOf(options);
        VerificationReport? verified = null;
        await using var stages = new ReleaseStages(context, Input.GatewayProgram);
        DriftReport? drift = null;
        var lines = Verb switch
        {
            "Rollback" => VerbLines.Of(await RollbackAsync(stages, context, cancellationToken)),
            "Promote" => VerbLines.Of(await PromoteAsync(stages, context, cancellationToken), Input),
            "Status" => VerbLines.Of(Status.Of(await stages.Target.ObserveAsync(options.App, cancellationToken))),
            "History" => VerbLines.Of(History.Of(await stages.Target.ObserveAsync(options.App, cancellationToken))),
            "Debug" => VerbLines.Of(options, await new DebugApp(stages.Target).RunAsync(options.App, options.Debug, cancellationToken)),
            "Drift" => DriftLines.Of(drift = await FindDriftAsync(stages, options, cancellationToken)),
            "Heal" => DriftLines.Of(await HealAsync(stages, options, log, cancellationToken)),
            "Scan" => await ScanAsync(context, (scans, found) => scans.ScanAsync(Image, found, cancellationToken), log),
            "Rescan" => await ScanAsync(context, (scans, found) => scans.RescanAsync(stages.Target, found, cancellationToken), log),
            "Stop" => VerbLines.OfStop(options.App, await new StopApp(stages.Target, context.Time, log).RunAsync(options.App, cancellationToken)),
            "Verify" => VerbLines.Of(verified = await VerifyImageAsync(context, cancellationToken)),
            "UpdateBase" => BaseLines.Of(await new UpdateBase(context).RunAsync(cancellationToken)),
            "VerifyReproducible" => [$"  Two bakes in clean worktrees gave the same image: {await VerifyAsync(options, cancellationToken)}."],
            _ => throw new ArgumentOutOfRangeException(nameof(cancellationToken), Verb, "There is no such verb."),
        };
        foreach (var line in lines)
        {
            log.Say(line);
        }

        if (drift is { IsDrifted: true })
        {
            throw DestroyErrors.Drifted(drift);
        }

        verified?.ThrowIfRefused();
    }

    private Task<VerificationReport> VerifyImageAsync(StageContext context, CancellationToken cancellationToken)
    {
        var image = ImageToVerify.Parse(Image);
        return new ImageVerifier(context).ReportAsync(context.Options.App, commit: null, image.Repository, image.Image, cancellationToken);
    }

    // What was found is said before it is judged: a refusal ends the task.
    private static async Task<string[]> ScanAsync(StageContext context, Func<ImageScans, Action<ScanAnswer>, Task> scan, BuildLog log)
    {
        var apart = context with { WorkDirectory = Path.Combine(context.WorkDirectory, "scans") };
        await scan(new ImageScans(apart), answer =>
        {
            foreach (var line in ScanAnswerLines.Of(answer))
            {
                log.Say(line);
            }
        });
        return [];
    }

    private void RefuseWithDockerfile(ReleaseOptions options)
    {
        var why = Verb switch
        {
            "UpdateBase" => "it pins ContainerBaseImage, and the Dockerfile's FROM names the base image; pin that by its digest",
            "VerifyReproducible" => "engines write times and ids of their own into what they build, so that two builds differ whatever the commit says",
            _ => null,
        };
        if (why is not null && options.Bake.Dockerfile is not null)
        {
            throw DockerfileErrors.NotWithDockerfile(Verb, why);
        }
    }

    private async Task<DriftReport> FindDriftAsync(ReleaseStages stages, ReleaseOptions options, CancellationToken cancellationToken)
    {
        var report = await DriftReport.FindAsync(stages.Target, options.App, TimeProvider.System, cancellationToken);
        if (options.DriftFile is { } file)
        {
            await DriftFile.WriteAsync(Path.GetFullPath(file, Path.GetDirectoryName(Input.ProjectFile)!), report, cancellationToken);
        }

        return report;
    }

    private async Task<Digest> VerifyAsync(ReleaseOptions options, CancellationToken cancellationToken)
    {
        // Both bakes use the data directory of releases, which has the base images already, and write no archive.
        var given = options.Given.Remove(OptionCatalogue.Archive.Name).SetItem(OptionCatalogue.DataDirectory.Name, options.DataDirectory);
        return await new TwoBakes(Input.ProjectFile, Input.WorkDirectory, Environment.GetEnvironmentVariable)
            .RunAsync((attempt, token) => BakeRun.RunAsync(attempt, given, token), cancellationToken);
    }

    private static async Task<HealResult> HealAsync(ReleaseStages stages, ReleaseOptions options, BuildLog log, CancellationToken cancellationToken)
    {
        var healed = await new Heal(stages.Target, stages.Verifier, TimeProvider.System, log).RunAsync(options.App, options.Rollout, cancellationToken);
        if (healed.Remaining.IsDrifted)
        {
            log.Warn(DestroyErrors.StillDrifted(healed.Remaining));
        }

        return healed;
    }

    private async Task<ReleaseRecord> PromoteAsync(ReleaseStages stages, StageContext context, CancellationToken cancellationToken) =>
        await new Promote(stages.Target, stages.Target, stages.Verifier, new RepositoryImages(context), context)
            .RunAsync(await ConfigurationSource.ReadAsync(Input.ProjectFile, context.ReadVariable, cancellationToken), cancellationToken);

    private static async Task<RollbackResult> RollbackAsync(ReleaseStages stages, StageContext context, CancellationToken cancellationToken)
    {
        var options = context.Options;
        var done = await new Rollback(stages.Target, stages.Verifier, context.Time, context.Reporter, context.ReadVariable)
            .RunAsync(new RollbackRequest(options.App, options.RollbackTo, options.Rollout), cancellationToken);
        await context.Follower.WentLiveAsync(LiveChange.Of(done), context, cancellationToken);
        return done;
    }
}
