using ImmutableBuild.Releases;
using ImmutableBuild.Releases.Options;
using Microsoft.Build.Framework;

namespace ImmutableBuild.MSBuild;

/// <summary>Runs one stage, continuing from the record that the stages before it left, in this process or in another.</summary>
public sealed class RunStage : ReleaseTask
{
    /// <summary>The stage's name.</summary>
    [Required]
    public string Stage { get; set; } = "";

    /// <summary>The next stage follows in this process, under the same lease.</summary>
    public bool KeepsLease { get; set; }

    /// <inheritdoc/>
    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        var context = ContextOf(ReleaseOptionsParser.Parse(Input.Raw()));
        if (Stage == nameof(StageName.Bake) && RuntimeLayerAhead.Find(BuildEngine, Input.WorkDirectory) is { } ahead && await ahead.EndedAsync())
        {
            context.Reporter.Detail("The layer of the runtime was made while the project was compiled.");
        }

        using var kept = KeptRelease.Take(BuildEngine, Input.WorkDirectory);
        var commit = await BuildCommit.ReadAsync(BuildEngine, Input, cancellationToken);
        await new StageRun(context, Input.GatewayProgram).RunAsync(Enum.Parse<StageName>(Stage), commit, KeepsLease, cancellationToken);
        kept?.Continued();
        if (KeepsLease)
        {
            KeptRelease.Keep(BuildEngine, context with { Reporter = new ClosedLog() }, Input.GatewayProgram);
        }
    }
}
