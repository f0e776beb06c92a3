using ImmutableBuild.Errors;
using ImmutableBuild.Registries;

namespace ImmutableBuild.Images.Archives;

/// <summary>An image as a file that <c>docker load</c> takes, and other tools as an OCI archive.</summary>
internal static class ArchiveFile
{
    /// <summary>Writes it, in place of what is there once it is whole. Throws IMB2014 where the file can't be written, IMB2001 to IMB2005 where the source is damaged.</summary>
    public static async Task WriteAsync(string path, IImageSource source, Digest digest, ImageReference name, CancellationToken cancellationToken)
    {
        var image = await LoadableImage.ReadAsync(source, digest, new ImageLimits(), cancellationToken);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await AtomicFile.WriteAsync(
                path,
                async (file, ct) =>
                {
                    await using var archive = ImageArchive.Open(image, name);
                    await archive.CopyToAsync(file, ct);
                },
                cancellationToken);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw BakeErrors.WriteFailed(path, fault);
        }
    }
}
