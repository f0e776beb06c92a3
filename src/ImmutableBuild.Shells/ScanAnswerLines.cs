using ImmutableBuild.Reports;
using ImmutableBuild.Scanning;

namespace ImmutableBuild.Shells;

/// <summary>The lines that Scan of an image, and Rescan, print into a build log.</summary>
public static class ScanAnswerLines
{
    /// <summary>What was found, line by line.</summary>
    public static IEnumerable<string> Of(ScanAnswer answer)
    {
        yield return $"  {Printable.Line(answer.Image)} ({answer.Digest}): {ScanLines.Summary(answer)}";
        if (!answer.Sources.IsEmpty)
        {
            yield return $"  asked: {Printable.Line(string.Join(", ", answer.Sources))}";
        }

        var widths = ScanAnswer.Heads.Select((head, column) => answer.Rows.Select(row => Printable.Line(row[column]).Length).Append(head.Length).Max()).ToArray();
        foreach (var cells in answer.Rows.IsEmpty ? [] : answer.Rows.Insert(0, ScanAnswer.Heads))
        {
            yield return "  " + string.Join("  ", cells.Select((cell, column) => Printable.Line(cell).PadRight(widths[column]))).TrimEnd();
        }

        foreach (var reason in answer.NotAssessed)
        {
            yield return $"  not assessed: {Printable.Line(reason)}";
        }
    }
}
