using ImmutableBuild.Errors;

namespace ImmutableBuild.GitHub.Runs;

/// <summary>The log of a workflow's run, as far as it takes commands.</summary>
/// <param name="workspace">The directory of the run's sources.</param>
/// <param name="writeLine">Writes a line that begins at its line's beginning.</param>
public sealed class RunLog(string? workspace, Action<string> writeLine)
{
    /// <summary>The log of this run; null outside of one.</summary>
    public static RunLog? Find(Func<string, string?> readVariable, Action<string> writeLine) =>
        RunEnvironment.IsRun(readVariable) ? new RunLog(readVariable("GITHUB_WORKSPACE"), writeLine) : null;

    /// <summary>Shows an error or warning on the run's page, and in the changes where it has a place.</summary>
    public void Annotate(Diagnostic diagnostic) => writeLine(WorkflowCommand.Annotation(diagnostic, workspace));
}
