using ImmutableBuild.Errors;
using ImmutableBuild.Images.Archives;
using ImmutableBuild.Images.Layers;
using ImmutableBuild.Images.Tar;

namespace ImmutableBuild.Docker.Builds;

/// <summary>A build context as the archive that the engine takes. Its times are all the same: the engine's cache doesn't look at them, and the image should not differ by them.</summary>
internal static class ContextArchive
{
    private const int ExecutableMode = 0x1ED;
    private const int FileMode = 0x1A4;

    /// <summary>The archive, to be read once; files are opened when it is their turn. IMB2041 for one that can't be read, or is another by then.</summary>
    public static ArchiveStream Open(BuildContext context) => new(context.Entries.SelectMany(Parts).Append(Written(writer => writer.End())));

    private static IEnumerable<ArchivePart> Parts(ContextEntry entry)
    {
        if (entry.LinkTarget is { } target)
        {
            return [Written(writer => writer.SymbolicLink(entry.Name, target, LayerTimes.Fixed))];
        }

        if (entry.IsDirectory)
        {
            return [Written(writer => writer.Directory(entry.Name + "/", ExecutableMode, LayerTimes.Fixed))];
        }

        // What has no content isn't opened: a pipe looks like an empty file, and to open one waits for ever.
        return
        [
            Written(writer => writer.BeginFile(entry.Name, entry.Executable ? ExecutableMode : FileMode, LayerTimes.Fixed, entry.Size)),
            .. entry.Size == 0 ? Array.Empty<ArchivePart>() : [entry.Content is { } content ? ArchivePart.Of(content) : new ArchivePart(_ => Task.FromResult<Stream>(Open(entry)))],
            Written(writer => writer.EndFile(entry.Size)),
        ];
    }

    private static ContextFile Open(ContextEntry entry)
    {
        try
        {
            return new ContextFile(new FileStream(entry.Source!, System.IO.FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0, FileOptions.Asynchronous | FileOptions.SequentialScan), entry);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw DockerfileErrors.ContextUnusable(entry.Source!, fault.Message, fault);
        }
    }

    private static ArchivePart Written(Action<TarWriter> write)
    {
        var bytes = new MemoryStream();
        write(new TarWriter(bytes));
        return ArchivePart.Of(bytes.ToArray());
    }
}
