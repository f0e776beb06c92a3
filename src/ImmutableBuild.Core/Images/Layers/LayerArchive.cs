using ImmutableBuild.Images.Tar;

namespace ImmutableBuild.Images.Layers;

/// <summary>The uncompressed archive of a layer: parents before children, in ordinal order, everything owned by root.</summary>
internal static class LayerArchive
{
    private const int DirectoryMode = 0x1ED;
    private const int ExecutableMode = 0x1ED;
    private const int FileMode = 0x1A4;
    private const int SharedTemporaryMode = 0x3FF;

    /// <summary>Writes the files of a layer below <paramref name="root"/> (<c>app</c>, without slashes around it).</summary>
    public static void Write(string layer, string root, IReadOnlyList<LayerFile> files, Stream archive, CancellationToken cancellationToken)
    {
        var writer = new TarWriter(archive);
        var directories = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var name = $"{root}/{file.Planned.Path}";
            foreach (var directory in ParentsOf(name).Where(directories.Add))
            {
                writer.Directory(directory, DirectoryMode, LayerTimes.Fixed);
            }

            using var content = new FileStream(file.Planned.Source, System.IO.FileMode.Open, FileAccess.Read, FileShare.Read, 0);
            writer.File(name, file.Executable ? ExecutableMode : FileMode, LayerTimes.Of(layer, file), file.Size, content);
        }

        writer.End();
    }

    /// <summary>Writes what a scratch image lacks and a process expects: a <c>/tmp</c> that any user may write to.</summary>
    public static void WriteScratchRoot(Stream archive)
    {
        var writer = new TarWriter(archive);
        writer.Directory("tmp/", SharedTemporaryMode, LayerTimes.Fixed);
        writer.End();
    }

    private static IEnumerable<string> ParentsOf(string name)
    {
        for (var slash = name.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = name.IndexOf('/', slash + 1))
        {
            yield return name[..(slash + 1)];
        }
    }
}
