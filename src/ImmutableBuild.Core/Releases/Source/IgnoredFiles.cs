using System.Collections.Immutable;

namespace ImmutableBuild.Releases.Source;

/// <summary>What lies in a working tree and git ignores: no commit holds it, and no other clone has it.</summary>
/// <param name="root">The working tree's root, absolute.</param>
/// <param name="paths">What is ignored, relative to the root; a directory with all that is in it ends with '/'.</param>
public sealed class IgnoredFiles(string root, ImmutableArray<string> paths)
{
    // On these systems a project may name a file in other letters than the disk does.
    private static readonly StringComparer s_comparer = OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;

    private readonly HashSet<string> _ignored = new(paths.Select(path => Path.GetFullPath(path.TrimEnd('/'), root)), s_comparer);

    /// <summary>Which of <paramref name="files"/> git ignores, relative to the root, without those that the build itself makes.</summary>
    /// <param name="files">Files, absolute.</param>
    /// <param name="buildOutputs">Files and directories that the build makes, absolute.</param>
    public ImmutableArray<string> Among(IEnumerable<string> files, IEnumerable<string> buildOutputs)
    {
        if (_ignored.Count == 0)
        {
            return [];
        }

        var made = new HashSet<string>(buildOutputs.Select(output => Path.TrimEndingDirectorySeparator(Path.GetFullPath(output))), s_comparer);
        return
        [
            .. files.Select(Path.GetFullPath).Distinct(s_comparer)
                .Where(file => IsWithin(file, _ignored) && !IsWithin(file, made))
                .Select(file => Path.GetRelativePath(root, file).Replace(Path.DirectorySeparatorChar, '/'))
                .Order(StringComparer.Ordinal),
        ];
    }

    private static bool IsWithin(string file, HashSet<string> places)
    {
        for (var place = file; place is not null; place = Path.GetDirectoryName(place))
        {
            if (places.Contains(place))
            {
                return true;
            }
        }

        return false;
    }
}
