using System.Collections.Immutable;
using System.Text;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Layers;

namespace ImmutableBuild.Docker.Builds;

/// <summary>
/// What is sent to the engine with a Dockerfile: the files of a directory, less those that <c>.dockerignore</c> names and those of the release itself.
/// In ordinal order, with permissions as git knows them, so that the same commit is the same context on every machine.
/// </summary>
/// <param name="Entries">The entries, directories before what is in them.</param>
/// <param name="Dockerfile">The Dockerfile's name among them.</param>
internal sealed record BuildContext(ImmutableArray<ContextEntry> Entries, string Dockerfile)
{
    private const string OutsideDockerfile = ".dockerfile.immutable";
    private const string IgnoreName = ".dockerignore";

    // On these systems an option may name a file in other letters than the disk does, and a signing key must be recognised all the same.
    private static readonly StringComparer s_paths = OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;

    /// <summary>Lists the files to send, reading no more of any than its first bytes. IMB2040 when Dockerfile or directory is missing, IMB2041 for what can't be sent, IMB2042 for a bad pattern, IMB2004 for too much.</summary>
    /// <param name="options">Where Dockerfile and context are.</param>
    /// <param name="own">The release's own files and directories, absolute, which are never part of it: its work, its signing key.</param>
    /// <param name="limits">How much is sent at most.</param>
    public static BuildContext Find(DockerfileOptions options, IEnumerable<string> own, ImageLimits limits)
    {
        if (!Directory.Exists(options.Context))
        {
            throw DockerfileErrors.DockerfileMissing("the directory of the build context", options.Context);
        }

        if (!File.Exists(options.File))
        {
            throw DockerfileErrors.DockerfileMissing("a Dockerfile", options.File);
        }

        var inside = Path.GetRelativePath(options.Context, options.File).Replace(Path.DirectorySeparatorChar, '/');
        var isInside = !inside.StartsWith("../", StringComparison.Ordinal) && !Path.IsPathRooted(inside);
        var walk = new Walk(IgnoreFile.Find(options.File, options.Context), [.. own.Select(Path.TrimEndingDirectorySeparator)], isInside ? [inside, IgnoreName] : [IgnoreName], limits);
        walk.Add(new DirectoryInfo(options.Context), "");
        return isInside ? new BuildContext([.. walk.Entries], inside) : WithDockerfile(walk.Entries, options);
    }

    // A Dockerfile from elsewhere comes along under a name of its own, and the engine is told not to copy it, as docker's own client does.
    private static BuildContext WithDockerfile(IEnumerable<ContextEntry> entries, DockerfileOptions options)
    {
        var ignore = Path.Combine(options.Context, IgnoreName);
        var patterns = File.Exists(ignore) ? $"{Read(ignore)}\n{OutsideDockerfile}\n" : $"{IgnoreName}\n{OutsideDockerfile}\n";
        return new BuildContext(
            [
                .. entries.Where(entry => entry.Name is not (IgnoreName or OutsideDockerfile)),
                Document(IgnoreName, patterns),
                Document(OutsideDockerfile, Read(options.File)),
            ],
            OutsideDockerfile);
    }

    /// <summary>Whether a file is a program or a script, by how it begins.</summary>
    internal static bool BeginsAsProgram(string file)
    {
        try
        {
            using var content = File.OpenHandle(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            Span<byte> start = stackalloc byte[16];
            return LayerFile.IsExecutable(Path.GetFileName(file), start[..RandomAccess.Read(content, start, 0)]);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw DockerfileErrors.ContextUnusable(file, fault.Message, fault);
        }
    }

    private static ContextEntry Document(string name, string text)
    {
        var content = Encoding.UTF8.GetBytes(text);
        return new ContextEntry(name, Size: content.Length, Content: content);
    }

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw DockerfileErrors.ContextUnusable(file, fault.Message, fault);
        }
    }

    /// <summary>Goes through the directories.</summary>
    private sealed class Walk(IgnoreFile ignore, string[] own, string[] always, ImageLimits limits)
    {
        private readonly List<ContextEntry> _entries = [];
        private readonly HashSet<string> _directories = new(StringComparer.Ordinal);
        private long _bytes;

        public IReadOnlyList<ContextEntry> Entries => _entries;

        public void Add(DirectoryInfo directory, string prefix)
        {
            foreach (var found in Sorted(directory).Where(found => !own.Contains(found.FullName, s_paths)))
            {
                var name = prefix + found.Name;
                var ignored = ignore.Ignores(name) && !always.Contains(name, StringComparer.Ordinal);
                if (found is DirectoryInfo inner && found.LinkTarget is null)
                {
                    AddDirectory(inner, name, ignored);
                }
                else if (!ignored)
                {
                    AddParents(name);
                    Add(Entry(found, name));
                }
            }
        }

        private void AddDirectory(DirectoryInfo directory, string name, bool ignored)
        {
            if (!ignored)
            {
                AddParents(name + "/");
            }

            var inside = name + "/";
            if (!ignored || !ignore.IgnoresAllWithin(name) || always.Any(path => path.StartsWith(inside, StringComparison.Ordinal)))
            {
                Add(directory, inside);
            }
        }

        // Adds the directories above an entry: one that is ignored itself may hold a file that an exception brings back.
        private void AddParents(string name)
        {
            for (var slash = name.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = name.IndexOf('/', slash + 1))
            {
                if (_directories.Add(name[..slash]))
                {
                    Add(new ContextEntry(name[..slash]));
                }
            }
        }

        private void Add(ContextEntry entry)
        {
            _entries.Add(entry);
            _bytes += entry.Size;
            if (_entries.Count > limits.MaxEntries || _bytes > limits.MaxBytes)
            {
                throw BakeErrors.LimitExceeded("the build context", $"more than {_entries.Count - 1} entries or {_bytes - entry.Size} bytes", $"{limits.MaxEntries} entries and {limits.MaxBytes} bytes; what the image doesn't need belongs into .dockerignore");
            }
        }

        private static ContextEntry Entry(FileSystemInfo found, string name) => found.LinkTarget is { } target
            ? new ContextEntry(name, LinkTarget: target.Replace(Path.DirectorySeparatorChar, '/'))
            : new ContextEntry(name, found.FullName, ((FileInfo)found).Length, IsExecutable(found));

        // Windows has no execute permission, so a file's first bytes decide there.
        private static bool IsExecutable(FileSystemInfo file) => OperatingSystem.IsWindows() ? BeginsAsProgram(file.FullName) : file.UnixFileMode.HasFlag(UnixFileMode.UserExecute);

        private static List<FileSystemInfo> Sorted(DirectoryInfo directory)
        {
            try
            {
                return [.. directory.EnumerateFileSystemInfos("*", new EnumerationOptions { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false })
                    .OrderBy(entry => entry.Name, StringComparer.Ordinal)];
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                throw DockerfileErrors.ContextUnusable(directory.FullName, fault.Message, fault);
            }
        }
    }
}
