using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Images.Bases;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Registries;

namespace ImmutableBuild.Images.Archives;

/// <summary>An image as a file that <c>docker load</c> takes, and other tools as an OCI archive.</summary>
internal static class ArchiveFile
{
    /// <summary>Writes it, in place of what is there once it is whole. Throws IMB2014 where the file can't be written, IMB2001 to IMB2005 where the source is damaged.</summary>
    public static async Task WriteAsync(string path, IImageSource source, Digest digest, ImageReference name, CancellationToken cancellationToken)
    {
        var named = await source.ReadManifestContentAsync(digest, cancellationToken);
        var images = await ReadAsync(source, named, cancellationToken);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await AtomicFile.WriteAsync(
                path,
                async (file, ct) =>
                {
                    await using var archive = ImageArchive.Open(named, images, name);
                    await archive.CopyToAsync(file, ct);
                },
                cancellationToken);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw BakeErrors.WriteFailed(path, fault);
        }
    }

    // The image for this machine's processor comes first: an engine that takes only the first one is most likely here.
    private static async Task<ImmutableArray<LoadableImage>> ReadAsync(IImageSource source, ManifestContent named, CancellationToken cancellationToken)
    {
        if (!MediaTypes.IsIndex(named.MediaType))
        {
            return [await LoadableImage.ReadAsync(source, named.Digest, new ImageLimits(), cancellationToken)];
        }

        var images = new List<LoadableImage>();
        var own = ImagePlatform.OfLinuxHere().Architecture;
        foreach (var entry in OciJson.ParseIndex(named.Bytes, source.Name).Manifests.OrderBy(entry => entry.Platform?.Architecture == own ? 0 : 1))
        {
            images.Add(await LoadableImage.ReadAsync(source, entry.Digest, new ImageLimits(), cancellationToken));
        }

        return [.. images];
    }
}
