using ImmutableBuild.Errors;

namespace ImmutableBuild.Releases;

/// <summary>Runs stages one after another over the record, and writes the record down after each.</summary>
public sealed class ReleasePipeline(ReleaseRecordFile file, StageContext context)
{
    /// <summary>
    /// Continues <paramref name="record"/> through <paramref name="stages"/> in the order given. An <see cref="ImmutableBuildException"/>
    /// and a cancellation come through as they are; anything else becomes IMB9001.
    /// </summary>
    public async Task<ReleaseRecord> RunAsync(IEnumerable<IStage> stages, ReleaseRecord record, CancellationToken cancellationToken)
    {
        foreach (var stage in stages)
        {
            record = await RunAsync(stage, record, cancellationToken);
        }

        return record;
    }

    private async Task<ReleaseRecord> RunAsync(IStage stage, ReleaseRecord record, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ReleaseChain.RequireEarlier(record, stage.Name);
        context.Reporter.Started(stage.Name);
        var begun = ReleaseChain.ClearFrom(record, stage.Name);
        var told = context.Follower.BeganAsync(begun, stage.Name, context, cancellationToken);
        try
        {
            var (ended, summary) = await DoAsync(stage, begun, cancellationToken);
            await told;
            await context.Follower.EndedAsync(ended, stage.Name, summary, context, cancellationToken);
            return ended;
        }
        catch (Exception why) when (why is ImmutableBuildException or OperationCanceledException)
        {
            await told;
            await context.Follower.RefusedAsync(begun, stage.Name, why, context);
            throw;
        }
    }

    private async Task<StageResult> DoAsync(IStage stage, ReleaseRecord begun, CancellationToken cancellationToken)
    {
        var start = context.Time.GetTimestamp();
        try
        {
            await file.WriteAsync(begun, cancellationToken);
            var result = await stage.RunAsync(begun, context, cancellationToken);
            var elapsed = context.Time.GetElapsedTime(start);
            var ended = result.Record with { Elapsed = result.Record.Elapsed.SetItem(stage.Name, elapsed) };

            // The stage's work is done: a cancellation must not keep it out of the record.
            await file.WriteAsync(ended, CancellationToken.None);
            context.Reporter.Finished(stage.Name, elapsed, result.Summary);
            return result with { Record = ended };
        }
        catch (Exception fault) when (fault is not (ImmutableBuildException or OperationCanceledException))
        {
            throw InternalErrors.Unexpected(fault);
        }
    }
}
