using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Local.Files;
using ImmutableBuild.Local.Launch;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Local.Images;

/// <summary>
/// The unpacked images of this machine. An image is unpacked once, beside its place, and gets its name when it is whole; it
/// stays as long as an app needs it.
/// </summary>
internal sealed class ImageStore(LocalLayout layout, TimeProvider time)
{
    private const string Unfinished = ".unfinished-";

    private readonly ContentFiles _content = new(layout.Files);

    /// <summary>The image, unpacked now or before, and marked as needed by <paramref name="user"/>. IMB6100 when the disk won't have it.</summary>
    public async Task<UnpackedImage> UseAsync(AppKey user, Digest image, Func<IImageSource> source, CancellationToken cancellationToken)
    {
        using var held = await ImageStoreLock.AcquireAsync(layout, time, cancellationToken);
        try
        {
            var unpacked = DirectoryOf(image).TryOpen(image) ?? await UnpackAsync(image, source(), cancellationToken);
            MarkUsed(image, user);
            return unpacked;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw LocalErrors.DataDirectoryUnusable(layout.Images, fault);
        }
    }

    /// <summary>Unpacks the image again where any of its files is not what it was: every one is read for that. IMB6100 when the disk won't have it.</summary>
    public async Task MendAsync(AppKey user, Digest image, Func<IImageSource> source, CancellationToken cancellationToken)
    {
        using var held = await ImageStoreLock.AcquireAsync(layout, time, cancellationToken);
        try
        {
            if ((await DirectoryOf(image).CompareAsync(image, cancellationToken)).Count > 0)
            {
                await UnpackAsync(image, source(), cancellationToken);
                MarkUsed(image, user);
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw LocalErrors.DataDirectoryUnusable(layout.Images, fault);
        }
    }

    /// <summary>Keeps every image as it is: nobody unpacks or removes one until the result is disposed of. IMB6115 when others are at work for too long.</summary>
    public Task<IDisposable> HoldAsync(CancellationToken cancellationToken) => ImageStoreLock.AcquireAsync(layout, time, cancellationToken);

    /// <summary>
    /// What of the unpacked image is not as it was unpacked: each file's path, and <c>changed</c>, <c>added</c> or <c>deleted</c>. Changes nothing. Beside
    /// releases it is true only while the images are held (<see cref="HoldAsync"/>).
    /// </summary>
    public async Task<IReadOnlyList<(string Path, string Found)>> CompareAsync(Digest image, CancellationToken cancellationToken)
    {
        try
        {
            return await DirectoryOf(image).CompareAsync(image, cancellationToken);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw LocalErrors.DataDirectoryUnusable(layout.Images, fault);
        }
    }

    /// <summary>
    /// Says which images <paramref name="user"/> still needs. Those that no app needs any more go, and the files that only
    /// they had. Other apps' and environments' images are never touched (F41). Returns how many images went.
    /// </summary>
    public async Task<int> KeepOnlyAsync(AppKey user, IReadOnlySet<Digest> needed, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(layout.Images))
        {
            return 0;
        }

        // What it begins to use while this waits for its turn is another release's, of which nobody here knows.
        var marks = MarksOf(user);
        using var held = await ImageStoreLock.AcquireAsync(layout, time, cancellationToken);
        try
        {
            RemoveUnfinished();
            var removed = 0;
            foreach (var (image, _) in marks.Where(mark => !needed.Contains(mark.Image) && MarkOf(mark.Image, user) == mark.Text))
            {
                File.Delete(UserFile(image, user));
                if (!Directory.EnumerateFileSystemEntries(DirectoryOf(image).Users).Any())
                {
                    ReadOnlyTree.Delete(layout.Image(image));
                    removed++;
                }
            }

            if (removed > 0)
            {
                _content.KeepOnly(NeededFiles());
            }

            return removed;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw LocalErrors.DataDirectoryUnusable(layout.Images, fault);
        }
    }

    /// <summary>The images that any environment of <paramref name="app"/> needs.</summary>
    public IEnumerable<Digest> UsedBy(string app) => !Directory.Exists(layout.Images)
        ? []
        : All().Where(image => IsUsedBy(image, app));

    private bool IsUsedBy(Digest image, string app)
    {
        try
        {
            return Directory.EnumerateFiles(DirectoryOf(image).Users, $"{app}.*").Any();
        }
        catch (DirectoryNotFoundException)
        {
            // Nobody uses it, or the last who did has just removed it: the lock is not held here.
            return false;
        }
    }

    private async Task<UnpackedImage> UnpackAsync(Digest image, IImageSource source, CancellationToken cancellationToken)
    {
        RemoveUnfinished();
        using var reading = source.BeginReading(cancellationToken);
        var directory = Path.Combine(layout.Images, Unfinished + image.Hex);
        layout.Create(directory);
        var here = await source.SelectAsync(await source.ReadManifestContentAsync(image, cancellationToken), HostPlatform.Own, $"{source.Name}@{image}", cancellationToken);
        using (var files = await ImageFileSystem.OpenAsync(source, here.Digest, Path.Combine(directory, "layers"), new ImageLimits(), cancellationToken))
        {
            var unfinished = new ImageDirectory(directory);
            var written = await new RootFileSystem(files, unfinished.Root, _content).WriteAsync(cancellationToken);
            var config = await source.ReadBlobAsync(files.Manifest.Config, OciJson.MaxConfigBytes, cancellationToken);
            unfinished.Seal(image, config, written);
        }

        Directory.Delete(Path.Combine(directory, "layers"), recursive: true);
        Replace(image, directory);
        return DirectoryOf(image).TryOpen(image)
            ?? throw LocalErrors.DataDirectoryUnusable(layout.Image(image), new IOException("what was just unpacked is not there any more."));
    }

    // An image that was changed on disk is replaced by a whole one. What runs from it keeps the files it has open.
    private void Replace(Digest image, string whole)
    {
        var place = layout.Image(image);
        if (Directory.Exists(place))
        {
            var users = DirectoryOf(image).Users;
            if (Directory.Exists(users))
            {
                Renaming.Do(() => Directory.Move(users, new ImageDirectory(whole).Users));
            }

            var aside = Path.Combine(layout.Images, $"{Unfinished}{image.Hex}-replaced");
            Renaming.Do(() => Directory.Move(place, aside));
            Renaming.Do(() => Directory.Move(whole, place));
            ReadOnlyTree.Delete(aside);
        }
        else
        {
            Renaming.Do(() => Directory.Move(whole, place));
        }
    }

    private void RemoveUnfinished()
    {
        foreach (var directory in Directory.EnumerateDirectories(layout.Images, Unfinished + "*").ToList())
        {
            ReadOnlyTree.Delete(directory);
        }
    }

    private void MarkUsed(Digest image, AppKey user)
    {
        Directory.CreateDirectory(DirectoryOf(image).Users);
        File.WriteAllText(UserFile(image, user), $"{Guid.NewGuid():N}");
    }

    private IEnumerable<Digest> All() => Directory.EnumerateDirectories(layout.Images)
        .Select(path => Digest.TryParse($"sha256:{Path.GetFileName(path)}", out var digest) ? digest : (Digest?)null)
        .OfType<Digest>();

    private List<(Digest Image, string Text)> MarksOf(AppKey user)
    {
        try
        {
            return [.. from image in All() let text = MarkOf(image, user) where text is not null select (image, text!)];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw LocalErrors.DataDirectoryUnusable(layout.Images, fault);
        }
    }

    private string? MarkOf(Digest image, AppKey user)
    {
        try
        {
            return File.ReadAllText(UserFile(image, user));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // There is none, or it is being written.
            return null;
        }
    }

    private HashSet<string> NeededFiles() => All()
        .SelectMany(image => DirectoryOf(image).ReadInventory()?.Files.Values ?? [])
        .Select(file => file.Name)
        .ToHashSet(StringComparer.Ordinal);

    private string UserFile(Digest image, AppKey user) => Path.Combine(DirectoryOf(image).Users, $"{user.App}.{user.Environment}");

    private ImageDirectory DirectoryOf(Digest image) => new(layout.Image(image));
}
