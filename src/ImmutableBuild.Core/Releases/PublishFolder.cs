using System.Text;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;

namespace ImmutableBuild.Releases;

/// <summary>
/// The folder that releases of a project publish into. It is emptied before each publish, which itself removes nothing: a file that is not published any more must not get into the image.
/// Files that came from packages may stay, the runtime's above all, so that publish doesn't copy them again: a package's files never change, and their place names its version.
/// </summary>
public sealed class PublishFolder
{
    private const char Separator = '\t';

    private readonly string _directory;
    private readonly string _note;

    /// <summary>Names the folder. What came from packages is written down in a file beside it.</summary>
    /// <param name="directory">The folder; need not exist.</param>
    public PublishFolder(string directory)
    {
        _directory = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        _note = _directory + ".packages.txt";
    }

    /// <summary>The files of a folder that came from packages and are unchanged since: path, and place in the package. None where that was not noted.</summary>
    public static IReadOnlyDictionary<string, string> PackageFilesIn(string directory)
    {
        try
        {
            return new PublishFolder(directory).ReadNote().Where(file => IsAsItCame(file.Key, file.Value)).ToDictionary(StringComparer.Ordinal);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // The note only spares work: without it, everything counts as not from a package.
            return new Dictionary<string, string>();
        }
    }

    /// <summary>Before a publish: removes all but what came from packages and is as it came. IMB1207 where that can't be done.</summary>
    public void Clear() => Do(ClearFolder);

    /// <summary>After a publish: removes what was kept and is published no more, and writes down what came from packages this time. IMB1207 where that can't be done.</summary>
    /// <param name="published">The files that were published: path in the folder, and where it came from.</param>
    /// <param name="packages">Where packages are.</param>
    public void Settle(IEnumerable<KeyValuePair<string, string>> published, IEnumerable<string> packages) => Do(() => SettleFolder(published, packages));

    private void ClearFolder()
    {
        var root = new DirectoryInfo(_directory);
        if (!root.Exists)
        {
            return;
        }

        var kept = ReadNote().Where(file => IsAsItCame(file.Key, file.Value)).Select(file => file.Key).ToHashSet(StringComparer.Ordinal);
        if (root.LinkTarget is not null || kept.Count == 0)
        {
            root.Delete(recursive: root.LinkTarget is null);
            return;
        }

        Clear(root, kept);
    }

    private void SettleFolder(IEnumerable<KeyValuePair<string, string>> published, IEnumerable<string> packages)
    {
        var roots = packages.Where(Path.IsPathFullyQualified).Select(root => Path.TrimEndingDirectorySeparator(Path.GetFullPath(root)) + Path.DirectorySeparatorChar).ToArray();
        var now = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (path, source) in published)
        {
            now[PathOf(path)] = Path.GetFullPath(source);
        }

        var kept = ReadNote().Where(file => IsAsItCame(file.Key, file.Value)).ToDictionary(StringComparer.Ordinal);
        foreach (var (path, source) in kept)
        {
            Replace(path, source, now.GetValueOrDefault(path));
        }

        bool IsPackages(string source) => roots.Any(root => source.StartsWith(root, StringComparison.Ordinal));
        bool WasKept(KeyValuePair<string, string> file) => kept.GetValueOrDefault(file.Key) == file.Value;
        SdkSettings.Settle(now.Where(file => !IsPackages(file.Value)).Select(file => file.Key));
        var lines = now.Where(file => IsPackages(file.Value) && (WasKept(file) || IsAsItCame(file.Key, file.Value)))
            .Select(file => $"{Path.GetRelativePath(_directory, file.Key)}{Separator}{file.Value}").Where(line => line.AsSpan().Count(Separator) == 1 && !line.Contains('\n', StringComparison.Ordinal));
        AtomicFile.Write(_note, Encoding.UTF8.GetBytes(string.Join('\n', lines)));
    }

    // Copies a file that now comes from another place: publish itself copied nothing where it found size and time unchanged.
    private static void Replace(string path, string source, string? now)
    {
        if (now is null || !File.Exists(now))
        {
            File.Delete(path);
        }
        else if (now != source)
        {
            File.Copy(now, path, overwrite: true);
        }
    }

    private static bool Clear(DirectoryInfo directory, HashSet<string> kept)
    {
        var empty = true;
        foreach (var entry in directory.EnumerateFileSystemInfos())
        {
            if (entry is DirectoryInfo { LinkTarget: null } inner)
            {
                if (Clear(inner, kept))
                {
                    inner.Delete();
                }
                else
                {
                    empty = false;
                }
            }
            else if (kept.Contains(entry.FullName))
            {
                empty = false;
            }
            else
            {
                entry.Delete();
            }
        }

        return empty;
    }

    private static bool IsAsItCame(string path, string source)
    {
        var (copy, original) = (new FileInfo(path), new FileInfo(source));
        return copy.Exists && original.Exists && copy.LinkTarget is null && copy.Length == original.Length && copy.LastWriteTimeUtc == original.LastWriteTimeUtc
            && (OperatingSystem.IsWindows() || copy.UnixFileMode == original.UnixFileMode);
    }

    private string PathOf(string path) => Path.GetFullPath(Path.Combine(_directory, path.Replace('\\', Path.DirectorySeparatorChar)));

    private Dictionary<string, string> ReadNote()
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!File.Exists(_note))
        {
            return files;
        }

        foreach (var line in File.ReadLines(_note))
        {
            if (line.Split(Separator) is [var path, var source] && PathOf(path) is var full && full.StartsWith(_directory + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            {
                files[full] = source;
            }
        }

        return files;
    }

    private void Do(Action work)
    {
        try
        {
            work();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw RecordErrors.PublishFolderUnusable(_directory, fault);
        }
    }
}
