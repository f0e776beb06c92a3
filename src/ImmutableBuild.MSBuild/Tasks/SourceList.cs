using Microsoft.Build.Framework;

namespace ImmutableBuild.MSBuild;

/// <summary>What a publish output was made from, as the publish wrote it down: a file with a path in each line.</summary>
internal static class SourceList
{
    // Where restore and compilation leave their files in every project of a release (ImmutableBuild.Publish.props).
    private const string OwnDirectory = "immutable";

    /// <summary>The files, absolute, less those that compilation left behind.</summary>
    public static IEnumerable<string> Read(ITaskItem published) => published.GetMetadata("Sources") is { Length: > 0 } list
        ? File.ReadLines(list).Where(file => file.Length > 0 && !IsOwn(file))
        : [];

    /// <summary>Where the build leaves what it makes, and where packages are.</summary>
    public static IEnumerable<string> BuildOutputs(ITaskItem published) => published.GetMetadata("BuildOutputs").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(Path.IsPathRooted);

    private static bool IsOwn(string file)
    {
        var parts = file.Split('/', '\\');
        return Enumerable.Range(1, Math.Max(parts.Length - 2, 0)).Any(i => parts[i] == OwnDirectory && parts[i - 1] is "bin" or "obj");
    }
}
