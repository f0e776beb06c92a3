using System.Text;

namespace ImmutableBuild.GitHub.Runs;

/// <summary>
/// A file of a step that its runner reads. Releases that run at the same time in one step take turns in writing it: what two append at once would be
/// mixed up, and a runner that does not understand the outputs fails the step.
/// </summary>
internal static class RunFile
{
    // Attempts, not time: a machine that stands still must not use them up while another release holds the file, or lines that the next step reads are lost.
    private const int Attempts = 1000;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(5);

    /// <summary>How such a file is written.</summary>
    public static UTF8Encoding Utf8 { get; } = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Puts <paramref name="text"/> at its end.</summary>
    public static void Append(string file, string text)
    {
        using var open = OpenAlone(file, FileMode.Append, FileAccess.Write);
        open.Write(Utf8.GetBytes(text));
    }

    /// <summary>Opens it, or makes it, once no other release has it open; dispose of the result to let go. Fails when one has it for some seconds.</summary>
    public static FileStream OpenAlone(string file, FileMode mode, FileAccess access)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return new FileStream(file, mode, access, FileShare.None);
            }
            catch (IOException fault) when (IsHeldElsewhere(fault) && attempt < Attempts)
            {
                Thread.Sleep(Interval);
            }
        }
    }

    // Windows: ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION; Linux and macOS: EWOULDBLOCK.
    private static bool IsHeldElsewhere(IOException fault) => (fault.HResult & 0xFFFF) is 32 or 33 or 11 or 35;
}
