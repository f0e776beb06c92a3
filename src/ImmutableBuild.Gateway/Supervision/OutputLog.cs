using System.Collections.Immutable;
using System.Text;

namespace ImmutableBuild.Gateway.Supervision;

/// <summary>A file that processes append their output to. It is kept small by copying its end away and emptying it, which writers in append mode don't notice.</summary>
internal sealed class OutputLog(string path)
{
    private const long LargestBytes = 8 * 1024 * 1024;
    private const int TailBytes = 1024 * 1024;

    /// <summary>The file.</summary>
    public string Path => path;

    private string Older => path + ".old";

    /// <summary>The last <paramref name="count"/> lines, oldest first; of a very long line only its end.</summary>
    public ImmutableArray<string> Tail(int count)
    {
        var text = ReadEnd(path);
        if (text.Length < TailBytes / 2)
        {
            text = ReadEnd(Older) + text;
        }

        var lines = text.TrimEnd('\n').Split('\n').Select(line => line.TrimEnd('\r')).ToArray();
        return text.Length == 0 ? [] : [.. lines.TakeLast(count)];
    }

    /// <summary>Moves the end of a file that grew too large to a second one and empties it.</summary>
    public void Bound()
    {
        if (new FileInfo(path) is not { Exists: true, Length: > LargestBytes })
        {
            return;
        }

        File.WriteAllText(Older, ReadEnd(path));
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        file.SetLength(0);
    }

    private static string ReadEnd(string path)
    {
        if (!File.Exists(path))
        {
            return "";
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        file.Seek(-Math.Min(file.Length, TailBytes), SeekOrigin.End);
        var buffer = new byte[TailBytes];
        var count = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        return Encoding.UTF8.GetString(buffer, 0, count);
    }
}
