using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.GitHub.Notes;
using ImmutableBuild.Releases;

namespace ImmutableBuild.GitHub.Runs;

/// <summary>
/// Writes what a workflow's run reads: outputs as soon as they are known, and a summary when the build ends, whichever of the
/// stages it ran; one for a release, however many builds of a step it takes. Outside of a run it does nothing.
/// </summary>
/// <param name="readVariable">Reads an environment variable.</param>
/// <param name="writeLine">Writes a line to the run's log, for masks alone.</param>
public sealed class RunFollower(Func<string, string?> readVariable, Action<string> writeLine) : IReleaseFollower, IDisposable
{
    private readonly bool _inRun = RunEnvironment.IsRun(readVariable);
    private bool _masked;
    private bool _warned;
    private (string Subject, Func<string> Text)? _summary;

    /// <inheritdoc/>
    public Task BeganAsync(ReleaseRecord record, StageName stage, StageContext context, CancellationToken cancellationToken)
    {
        Mask(context);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task EndedAsync(ReleaseRecord record, StageName stage, string summary, StageContext context, CancellationToken cancellationToken)
    {
        Mask(context);
        Remember(record, [], context);
        Append("GITHUB_OUTPUT", RunOutputs.Lines(RunOutputs.Of(record, stage), NewEnd), context);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task RefusedAsync(ReleaseRecord record, StageName stage, Exception why, StageContext context)
    {
        Remember(record, why is ImmutableBuildException refusal ? refusal.Diagnostics : [], context);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task WentLiveAsync(LiveChange change, StageContext context, CancellationToken cancellationToken)
    {
        Mask(context);
        _summary = ($"{change.Live.App} {change.Live.Id}", () => RunSummary.Of(change));
        Append("GITHUB_OUTPUT", RunOutputs.Lines(RunOutputs.Of(change), NewEnd), context);
        return Task.CompletedTask;
    }

    /// <summary>Writes the summary.</summary>
    public void Dispose()
    {
        if (_inRun && _summary is { } summary && readVariable("GITHUB_STEP_SUMMARY") is { Length: > 0 } file)
        {
            _summary = null;
            try
            {
                SummaryFile.Write(file, summary.Subject, summary.Text());
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                // The build has ended and its log is closed, so the fault can be reported to nobody.
            }
        }
    }

    private static string NewEnd() => $"end-{Guid.NewGuid():N}";

    private void Remember(ReleaseRecord record, ImmutableArray<Diagnostic> diagnostics, StageContext context)
    {
        var notes = Path.Combine(context.WorkDirectory, ReleaseNotes.FileName);
        _summary = (record.ReleaseId, () => RunSummary.Of(record, diagnostics, record.HealthGate is { Replaced: not null } && record.Deploy is { AlreadyLive: false } && File.Exists(notes) ? File.ReadAllText(notes) : null));
    }

    private void Mask(StageContext context)
    {
        if (!_inRun || _masked || !context.Options.GitHub.Topics.Contains(GitHubTopic.Masks))
        {
            return;
        }

        _masked = true;
        foreach (var line in SecretNames(context.Options).Select(name => context.ReadVariable(name)).Where(value => value is not null).SelectMany(value => WorkflowCommand.Masks(value!)))
        {
            writeLine(line);
        }
    }

    private static IEnumerable<string> SecretNames(ReleaseOptions options) =>
        options.SecretVariables.Values
            .Concat(options.SecretFileVariables.Values)
            .Concat(new[] { options.Push.PasswordVariable, options.Sign.KeyVariable, options.Sign.KeyPasswordVariable, options.GitHub.TokenVariable ?? "GITHUB_TOKEN" }.OfType<string>())
            .Distinct(StringComparer.Ordinal);

    private void Append(string variable, string lines, StageContext context)
    {
        if (!_inRun || lines.Length == 0 || readVariable(variable) is not { Length: > 0 } file)
        {
            return;
        }

        try
        {
            RunFile.Append(file, lines);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            if (!_warned)
            {
                _warned = true;
                context.Reporter.Warn(GitHubErrors.RunFile(variable, fault.Message));
            }
        }
    }
}
