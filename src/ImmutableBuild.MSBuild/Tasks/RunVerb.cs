using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Debugging;
using ImmutableBuild.Releases;
using ImmutableBuild.Releases.Options;
using Microsoft.Build.Framework;

namespace ImmutableBuild.MSBuild;

/// <summary>Rollback, Status, History, Debug or Stop: what people ask of an app between releases.</summary>
public sealed class RunVerb : ReleaseTask
{
    /// <summary>The verb's name.</summary>
    [Required]
    public string Verb { get; set; } = "";

    /// <inheritdoc/>
    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        var options = ReleaseOptionsParser.Parse(Input.Raw());
        var log = new BuildLog(Log, Input.ProjectFile);
        await using var stages = new ReleaseStages(ContextOf(options), Input.GatewayProgram);
        var lines = Verb switch
        {
            "Rollback" => VerbLines.Of(await RollbackAsync(stages, options, log, cancellationToken)),
            "Status" => VerbLines.Of(Status.Of(await stages.Target.ObserveAsync(options.App, cancellationToken))),
            "History" => VerbLines.Of(History.Of(await stages.Target.ObserveAsync(options.App, cancellationToken))),
            "Debug" => VerbLines.Of(options, await new DebugApp(stages.Target).RunAsync(options.App, options.Debug, cancellationToken)),
            "Stop" => VerbLines.OfStop(options.App, await new StopApp(stages.Target).RunAsync(options.App, cancellationToken)),
            _ => throw new ArgumentOutOfRangeException(nameof(cancellationToken), Verb, "There is no such verb."),
        };
        foreach (var line in lines)
        {
            log.Say(line);
        }
    }

    private static Task<RollbackResult> RollbackAsync(ReleaseStages stages, ReleaseOptions options, BuildLog log, CancellationToken cancellationToken) =>
        new Rollback(stages.Target, stages.Verifier, TimeProvider.System, log, Environment.GetEnvironmentVariable)
            .RunAsync(new RollbackRequest(options.App, options.RollbackTo, options.Rollout), cancellationToken);
}
