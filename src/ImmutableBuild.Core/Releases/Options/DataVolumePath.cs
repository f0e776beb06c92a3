namespace ImmutableBuild.Releases.Options;

/// <summary>Where a data volume may be seen in an instance.</summary>
internal static class DataVolumePath
{
    private const string Expected = "an absolute path of the instance's file system, without '.', '..' or ':', that is not '/' and not in /tmp, /run, /proc, /sys, /dev or /etc";

    private static readonly string[] s_taken = ["tmp", "run", "proc", "sys", "dev", "etc"];

    /// <summary>What is expected, when <paramref name="path"/> is something else; null when it is fine.</summary>
    public static string? FindMistake(string path)
    {
        var parts = path.Split('/');
        var isPlain = parts is ["", { Length: > 0 }, ..] && path.Length <= 255 && parts[1..].All(part => part is not ("" or "." or "..")) && !path.Any(letter => letter is ':' or '\\' || char.IsControl(letter));
        return isPlain && !s_taken.Contains(parts[1], StringComparer.Ordinal) ? null : Expected;
    }
}
