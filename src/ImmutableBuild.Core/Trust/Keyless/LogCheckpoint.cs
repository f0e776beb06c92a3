using System.Globalization;
using System.Text;

namespace ImmutableBuild.Trust.Keyless;

/// <summary>A log's signed word on its size and root, in the form of a signed note (C2SP, tlog-checkpoint and signed-note).</summary>
internal static class LogCheckpoint
{
    private const string BeforeSignatures = "\n\n";
    private const string SignatureMark = "\u2014 ";
    private const int MostSignatures = 16;
    private const int HintLength = 4;

    /// <summary>Throws <see cref="FormatException"/> unless <paramref name="log"/> has signed that it has this size and root.</summary>
    public static void Require(string checkpoint, LogKey log, long size, byte[] root)
    {
        var end = checkpoint.IndexOf(BeforeSignatures, StringComparison.Ordinal);
        if (end < 0)
        {
            throw new FormatException("the log's checkpoint has no signature");
        }

        var note = checkpoint[..(end + 1)];
        var lines = note.Split('\n');
        if (lines.Length < 4 || lines[1] != size.ToString(CultureInfo.InvariantCulture) || lines[2] != Convert.ToBase64String(root))
        {
            throw new FormatException("the log's checkpoint is of another tree");
        }

        var bytes = Encoding.UTF8.GetBytes(note);
        if (!checkpoint[(end + BeforeSignatures.Length)..].Split('\n').Take(MostSignatures).Any(line => IsBy(log, bytes, line)))
        {
            throw new FormatException("the log's checkpoint is not signed by the log");
        }
    }

    // — <name> <base64 of a key hint and the signature>
    private static bool IsBy(LogKey log, byte[] note, string line)
    {
        var last = line.LastIndexOf(' ');
        var bytes = new byte[Math.Max(0, line.Length - last)];
        return line.StartsWith(SignatureMark, StringComparison.Ordinal) && last > SignatureMark.Length
            && Convert.TryFromBase64String(line[(last + 1)..], bytes, out var length) && length > HintLength
            && log.Verifies(note, bytes.AsSpan(HintLength, length - HintLength));
    }
}
