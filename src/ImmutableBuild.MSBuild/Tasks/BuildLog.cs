using System.Globalization;
using ImmutableBuild.Errors;
using ImmutableBuild.GitHub.Runs;
using ImmutableBuild.Releases;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace ImmutableBuild.MSBuild;

/// <summary>Tells a release to MSBuild's log: one line of high importance a stage, errors and warnings with code, place and help link.</summary>
internal sealed class BuildLog(TaskLoggingHelper log, string projectFile) : IReporter
{
    private readonly RunLog? _run = RunLog.Find(Environment.GetEnvironmentVariable, line =>
    {
        if (ConsoleLines.AreSeen)
        {
            ConsoleLines.Write(line);
        }
        else
        {
            log.LogMessage(MessageImportance.High, "{0}", line);
        }
    });

    // Where details are logged they are folded in a workflow's run. The log itself has to print these lines, for their order; a runner takes them indented.
    private bool Folds => _run is not null && log.LogsMessagesOfImportance(MessageImportance.Normal);

    /// <inheritdoc/>
    public void Started(StageName stage)
    {
        if (Folds)
        {
            Say(WorkflowCommand.Group($"{stage}"));
        }

        log.LogMessage(MessageImportance.Low, "{0} begins", stage);
    }

    /// <inheritdoc/>
    public void Finished(StageName stage, TimeSpan elapsed, string summary)
    {
        Unfold();
        Say(string.Create(CultureInfo.InvariantCulture, $"  {stage,-10} {elapsed.TotalSeconds,7:0.00} s  {summary}"));
    }

    /// <inheritdoc/>
    public void Detail(string message) => log.LogMessage(MessageImportance.Normal, "{0}", message);

    /// <inheritdoc/>
    public void Warn(Diagnostic warning)
    {
        _run?.Annotate(warning);
        var (file, line, column) = PlaceOf(warning);
        log.LogWarning(null, warning.Code, null, HelpLink.To(warning.Descriptor), file, line, column, 0, 0, "{0}", warning.Message);
    }

    /// <summary>A line that people see without asking for more.</summary>
    public void Say(string line) => log.LogMessage(MessageImportance.High, "{0}", line);

    /// <summary>Tells every diagnostic of a refusal; a fault of the tool itself also with its stack, in a detailed log.</summary>
    public void Refused(ImmutableBuildException refusal)
    {
        Unfold();
        foreach (var diagnostic in refusal.Diagnostics)
        {
            if (diagnostic.Severity == Severity.Warning)
            {
                Warn(diagnostic);
                continue;
            }

            _run?.Annotate(diagnostic);
            var (file, line, column) = PlaceOf(diagnostic);
            log.LogError(null, diagnostic.Code, null, HelpLink.To(diagnostic.Descriptor), file, line, column, 0, 0, "{0}", diagnostic.Message);
        }

        if (refusal.InnerException is { } cause)
        {
            log.LogMessage(MessageImportance.Low, "{0}", cause);
        }
    }

    /// <summary>Does a task's work, and tells what it refuses. Answers what the task has to: whether no error was logged.</summary>
    public bool Try(Action work)
    {
        try
        {
            work();
        }
        catch (ImmutableBuildException refusal)
        {
            Refused(refusal);
        }

        return !log.HasLoggedErrors;
    }

    private void Unfold()
    {
        if (Folds)
        {
            Say(WorkflowCommand.EndGroup);
        }
    }

    private (string File, int Line, int Column) PlaceOf(Diagnostic diagnostic) =>
        diagnostic.Location is { } place ? (place.File, place.Line, place.Column) : (projectFile, 0, 0);
}
