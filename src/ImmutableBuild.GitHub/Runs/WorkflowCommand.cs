using ImmutableBuild.Errors;

namespace ImmutableBuild.GitHub.Runs;

/// <summary>
/// Lines that a workflow's runner takes for commands (GitHub docs, "Workflow commands for GitHub Actions"). Whatever a value holds, it stays one
/// line and one command.
/// </summary>
public static class WorkflowCommand
{
    /// <summary>Opens a group of lines.</summary>
    public static string Group(string title) => $"::group::{Data(title)}";

    /// <summary>Closes the group.</summary>
    public static string EndGroup => "::endgroup::";

    /// <summary>Has the runner hide a value in its log; one line for each of its own lines, since the runner compares line by line.</summary>
    public static IEnumerable<string> Masks(string secret) => secret.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Where(line => line.Length > ShortestMask).Distinct(StringComparer.Ordinal).Select(line => $"::add-mask::{Data(line)}");

    /// <summary>An error or a warning, at its place in the source where it has one.</summary>
    /// <param name="diagnostic">What to tell.</param>
    /// <param name="workspace">The directory of the run's sources; places within it are told relative to it.</param>
    public static string Annotation(Diagnostic diagnostic, string? workspace)
    {
        var place = diagnostic.Location is { } location ? $"file={Property(Within(location.File, workspace))},{Number("line", location.Line)}{Number("col", location.Column)}" : "";
        return $"::{(diagnostic.Severity == Severity.Error ? "error" : "warning")} {place}title={Property($"{diagnostic.Code}: {diagnostic.Descriptor.Title}")}::{Data(diagnostic.Message)}";
    }

    // Hiding "1" or "on" would make the log unreadable, and hide nothing.
    private const int ShortestMask = 3;

    private static string Number(string name, int value) => value > 0 ? $"{name}={value}," : "";

    private static string Within(string file, string? workspace)
    {
        if (string.IsNullOrEmpty(workspace) || !Path.IsPathRooted(file))
        {
            return file;
        }

        var relative = Path.GetRelativePath(workspace, file);
        return relative.StartsWith("..", StringComparison.Ordinal) || Path.IsPathRooted(relative) ? file : relative.Replace('\\', '/');
    }

    private static string Data(string text) => text
        .Replace("%", "%25", StringComparison.Ordinal)
        .Replace("\r", "%0D", StringComparison.Ordinal)
        .Replace("\n", "%0A", StringComparison.Ordinal);

    private static string Property(string text) => Data(text)
        .Replace(":", "%3A", StringComparison.Ordinal)
        .Replace(",", "%2C", StringComparison.Ordinal);
}
