namespace ImmutableBuild.GitHub.Runs;

/// <summary>The file of a step's summary, which others write to as well.</summary>
internal static class SummaryFile
{
    // GitHub shows a summary of 1 MiB at most.
    private const long LongestFile = 1024 * 1024;

    /// <summary>Writes <paramref name="text"/>, in the place of what an earlier build of the step wrote about the same <paramref name="subject"/>.</summary>
    public static void Write(string file, string subject, string text)
    {
        var (begin, end) = ($"<!-- immutable {subject} -->\n", $"<!-- end of {subject} -->\n");
        var block = begin + text + end;
        using var open = RunFile.OpenAlone(file, FileMode.OpenOrCreate, FileAccess.ReadWrite);
        using var reader = new StreamReader(open, RunFile.Utf8, leaveOpen: true);
        var there = open.Length <= LongestFile ? reader.ReadToEnd() : "";
        var from = there.IndexOf(begin, StringComparison.Ordinal);
        var to = from < 0 ? -1 : there.IndexOf(end, from, StringComparison.Ordinal);
        if (to < 0)
        {
            open.Seek(0, SeekOrigin.End);
            open.Write(RunFile.Utf8.GetBytes(block));
        }
        else
        {
            open.SetLength(0);
            open.Write(RunFile.Utf8.GetBytes(there[..from] + block + there[(to + end.Length)..]));
        }
    }
}
