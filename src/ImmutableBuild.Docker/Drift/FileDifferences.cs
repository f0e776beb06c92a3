using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Generations.Drift;

namespace ImmutableBuild.Docker.Drift;

/// <summary>Files of a container that are not as in its image, by the engine's own comparison.</summary>
internal static class FileDifferences
{
    private const int MostTold = 20;

    /// <summary>What the engine itself puts into every container.</summary>
    private static readonly string[] s_engines = ["/dev", "/proc", "/sys", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/etc/mtab", "/.dockerenv"];

    /// <summary>
    /// Those that differ. What is mounted or in memory is not the image's, nor are the engine's own files; directories count only where nothing in
    /// them is told, since their time changes with what they hold.
    /// </summary>
    public static IReadOnlyList<Difference> Of(IReadOnlyList<ContainerFileSystemChangeResponse> changes, HostConfiguration planned)
    {
        string[] apart = [.. s_engines, .. (planned.Tmpfs?.Keys ?? []), .. (planned.Mounts ?? []).Select(mount => mount.Target.TrimEnd('/'))];
        var told = changes.Where(change => !apart.Any(place => IsIn(change.Path, place) || IsIn(place, change.Path))).ToList();
        var differing = told
            .Where(change => change.Kind != FileSystemChangeKind.Modify || !told.Any(other => other != change && IsIn(other.Path, change.Path)))
            .OrderBy(change => change.Path, StringComparer.Ordinal)
            .Select(change => new Difference(DriftKind.Files, change.Path, "as in the image", Word(change.Kind)))
            .ToList();
        return differing.Count <= MostTold ? differing : [.. differing.Take(MostTold), new Difference(DriftKind.Files, $"{differing.Count - MostTold} further files", "as in the image", "changed")];
    }

    private static bool IsIn(string path, string directory) =>
        path == directory || (path.StartsWith(directory, StringComparison.Ordinal) && path.Length > directory.Length && path[directory.Length] == '/');

    private static string Word(FileSystemChangeKind kind) => kind switch
    {
        FileSystemChangeKind.Add => "added",
        FileSystemChangeKind.Delete => "deleted",
        _ => "changed",
    };
}
