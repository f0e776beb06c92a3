using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Local.Files;

namespace ImmutableBuild.Local.Images;

/// <summary>
/// Writes the file system of an image below an empty directory. Directories come first, then files, links last, and every
/// link is written as the relative path of what it means within the image: nothing is ever written, or later read, through a
/// link that leads out.
/// </summary>
internal sealed class RootFileSystem(ImageFileSystem image, string root, ContentFiles content)
{
    private const int AnyExecute = 0b001_001_001;
    private const UnixFileMode ReadOnlyDirectory =
        UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private readonly SortedDictionary<string, ContentFile> _files = new(StringComparer.Ordinal);

    /// <summary>Writes it all; returns the files by path. Devices and pipes are left out: no app needs one, and none is made from an image.</summary>
    public async Task<IReadOnlyDictionary<string, ContentFile>> WriteAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(root);
        foreach (var directory in image.Entries.Where(entry => entry.Kind == ImageEntryKind.Directory))
        {
            Directory.CreateDirectory(PathOf(directory.Path));
        }

        foreach (var file in image.Entries.Where(entry => entry.Kind == ImageEntryKind.File))
        {
            await WriteFileAsync(file, cancellationToken);
        }

        foreach (var link in image.Entries.Where(entry => entry.Kind == ImageEntryKind.SymbolicLink))
        {
            WriteLink(link);
        }

        MakeReadOnly();
        return _files;
    }

    private async Task WriteFileAsync(ImageEntry file, CancellationToken cancellationToken)
    {
        var path = PathOf(file.Path);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (Path.Exists(path))
        {
            throw LocalErrors.EntryRefused(image.Digest, file.Path, "this file system takes its name for the name of another entry");
        }

        await using var bytes = image.Open(file);
        var stored = await content.AddAsync(bytes, (file.Mode & AnyExecute) != 0, cancellationToken);
        content.Place(stored, path);
        _files.Add(file.Path, stored);
    }

    // A link that leads nowhere in the image, as /etc/mtab does, would lead into this machine's own files.
    private void WriteLink(ImageEntry link)
    {
        if (image.Find(link.Path) is { Kind: ImageEntryKind.File or ImageEntryKind.Directory } target)
        {
            var path = PathOf(link.Path);
            var directory = Path.GetDirectoryName(path)!;
            Directory.CreateDirectory(directory);
            var relative = Path.GetRelativePath(directory, PathOf(target.Path));
            _ = target.Kind == ImageEntryKind.Directory
                ? Directory.CreateSymbolicLink(path, relative)
                : File.CreateSymbolicLink(path, relative);
        }
    }

    private void MakeReadOnly()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var everyDirectory = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        foreach (var directory in Directory.EnumerateDirectories(root, "*", everyDirectory).Append(root).ToList())
        {
            File.SetUnixFileMode(directory, ReadOnlyDirectory);
        }
    }

    // The image's own code has refused '..' and absolute names; what is left is what only this system takes for a separator or device.
    private string PathOf(string imagePath)
    {
        var parts = imagePath.Split('/');
        return parts.Any(part => part is "" or "." or ".." || part.AsSpan().IndexOfAny(Path.GetInvalidFileNameChars()) >= 0)
            ? throw LocalErrors.EntryRefused(image.Digest, imagePath, "its name can't be a file's name on this system")
            : Path.Combine([root, .. parts]);
    }
}
