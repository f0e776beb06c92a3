using System.IO.Compression;
using ImmutableBuild.Errors;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Images.Layers;

/// <summary>Puts planned layers into a layout as compressed blobs, or finds them there.</summary>
/// <param name="layout">Where they go.</param>
/// <param name="cache">Remembers which ones are there.</param>
/// <param name="level">How hard is tried to make them small. Another level gives other bytes of the same content.</param>
/// <param name="digests">Remembers what packages' files are; null where no package brought any.</param>
internal sealed class LayerWriter(OciLayout layout, LayerCache cache, CompressionLevel level = CompressionLevel.Optimal, PackageDigests? digests = null)
{
    /// <summary>Writes one layer of files below <paramref name="root"/>, unless it is there.</summary>
    /// <param name="layer">Which files.</param>
    /// <param name="root">The directory they are in, without slashes around it.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <param name="isAhead">There is no image yet: the bake that takes the layer counts as the one that wrote it.</param>
    public async Task<LayerRecord> WriteAsync(PlannedLayer layer, string root, CancellationToken cancellationToken, bool isAhead = false)
    {
        var files = new LayerFile[layer.Files.Length];
        await Parallel.ForAsync(0, files.Length, cancellationToken, (i, _) =>
        {
            files[i] = digests?.Read(layer.Files[i]) ?? LayerFile.Read(layer.Files[i]);
            return ValueTask.CompletedTask;
        });
        digests?.Save();
        return await WriteAsync(
            layer.Name, LayerCache.KeyOf(layer.Name, root, level, files), files.Length,
            archive => LayerArchive.Write(layer.Name, root, files, archive, cancellationToken), cancellationToken, isAhead: isAhead);
    }

    /// <summary>Writes the layer at the bottom of a scratch image, unless it is there.</summary>
    public Task<LayerRecord> WriteScratchRootAsync(CancellationToken cancellationToken) =>
        WriteAsync("root", LayerCache.KeyOf("root", "", level, []), 0, LayerArchive.WriteScratchRoot, cancellationToken);

    /// <summary>Writes a layer that is there as an archive, unless the layout has it; throws IMB2003 when the archive isn't the one of <paramref name="diffId"/>.</summary>
    public Task<LayerRecord> WriteArchiveAsync(string name, Digest diffId, Action<Stream> copyArchive, CancellationToken cancellationToken) =>
        WriteAsync(name, LayerCache.KeyOf("archive", diffId.ToString(), level, []), 0, copyArchive, cancellationToken, diffId);

    private async Task<LayerRecord> WriteAsync(string name, string key, int files, Action<Stream> writeArchive, CancellationToken cancellationToken, Digest? expected = null, bool isAhead = false)
    {
        if (cache.Find(key) is { } found && layout.Contains(DescriptorOf(found)))
        {
            if (found.IsAhead && !isAhead)
            {
                cache.Add(key, found with { IsAhead = false });
            }

            return new LayerRecord(name, found.Digest, found.DiffId, found.Size, files, Reused: !found.IsAhead);
        }

        var written = await Task.Run(() => Compress(writeArchive, expected, cancellationToken), cancellationToken);
        cache.Add(key, written with { IsAhead = isAhead });
        return new LayerRecord(name, written.Digest, written.DiffId, written.Size, files, Reused: false);
    }

    private CachedLayer Compress(Action<Stream> writeArchive, Digest? expected, CancellationToken cancellationToken)
    {
        var temporary = Path.Combine(layout.Directory, $"{Guid.NewGuid():N}.layer.tmp");
        try
        {
            CachedLayer written;
            using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                using var blob = new LayerBlobStream(file);
                using var gzip = new ParallelGzipStream(blob, level);
                using var archive = new LayerBlobStream(gzip);
                writeArchive(archive);
                gzip.End();
                written = new CachedLayer(blob.TakeDigest(), archive.TakeDigest(), blob.Length);
                file.Flush(flushToDisk: !layout.IsScratch);
            }

            cancellationToken.ThrowIfCancellationRequested();
            if (expected is { } wanted && written.DiffId != wanted)
            {
                throw BakeErrors.LayerInvalid(wanted.ToString(), $"its archive is that of {written.DiffId}");
            }

            Renaming.Do(() => File.Move(temporary, layout.BlobPath(written.Digest), overwrite: true));
            return written;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            File.Delete(temporary);
            throw BakeErrors.WriteFailed(layout.Directory, fault);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private static Descriptor DescriptorOf(CachedLayer layer) => new() { MediaType = MediaTypes.GzipLayer, Size = layer.Size, Digest = layer.Digest };
}
