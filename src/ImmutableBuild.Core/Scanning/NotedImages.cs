using ImmutableBuild.Images;

namespace ImmutableBuild.Scanning;

/// <summary>Opens images for a scan. Each layer is read once: what was found in it is noted under the data directory, for later scans of all images that have the layer.</summary>
/// <param name="dataDirectory">The data directory.</param>
/// <param name="time">The clock.</param>
internal sealed class NotedImages(string dataDirectory, TimeProvider time)
{
    private readonly LayerNotesCache _cache = new(Path.Combine(dataDirectory, "cache", "scan"), time);

    /// <summary>What <paramref name="scan"/> finds in an image. It may run twice: once upon the notes, and where they do not suffice upon the layers.</summary>
    public async Task<T> ScanAsync<T>(IImageSource source, Digest digest, string scratchDirectory, Func<ImageFileSystem, Task<T>> scan, CancellationToken cancellationToken)
    {
        try
        {
            using var noted = await ImageFileSystem.OpenAsync(source, digest, scratchDirectory, new ImageLimits(), _cache, cancellationToken);
            return await ScanAsync(noted, scan);
        }
        catch (LayerNotReadException)
        {
            using var image = await ImageFileSystem.OpenAsync(source, digest, scratchDirectory, new ImageLimits(), _cache.Forgetful(), cancellationToken);
            return await ScanAsync(image, scan);
        }
    }

    private async Task<T> ScanAsync<T>(ImageFileSystem image, Func<ImageFileSystem, Task<T>> scan)
    {
        var found = await scan(image);
        image.KeepNotes(_cache);
        return found;
    }
}
