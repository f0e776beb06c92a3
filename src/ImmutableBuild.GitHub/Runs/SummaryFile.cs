using System.Text;

namespace ImmutableBuild.GitHub.Runs;

/// <summary>The file of a step's summary, which others write to as well.</summary>
internal static class SummaryFile
{
    // GitHub shows a summary of 1 MiB at most.
    private const long LongestFile = 1024 * 1024;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Writes <paramref name="text"/>, in the place of what an earlier build of the step wrote about the same <paramref name="subject"/>.</summary>
    public static void Write(string file, string subject, string text)
    {
        var (begin, end) = ($"<!-- immutable {subject} -->\n", $"<!-- end of {subject} -->\n");
        var block = begin + text + end;
        var there = File.Exists(file) && new FileInfo(file).Length <= LongestFile ? File.ReadAllText(file, Utf8) : "";
        var from = there.IndexOf(begin, StringComparison.Ordinal);
        var to = from < 0 ? -1 : there.IndexOf(end, from, StringComparison.Ordinal);
        if (to < 0)
        {
            File.AppendAllText(file, block, Utf8);
        }
        else
        {
            File.WriteAllText(file, there[..from] + block + there[(to + end.Length)..], Utf8);
        }
    }
}
