using System.Buffers;
using System.IO.Compression;
using System.Security.Cryptography;
using ImmutableBuild.Errors;
using ImmutableBuild.Images.Oci;
using Microsoft.Win32.SafeHandles;

namespace ImmutableBuild.Images;

/// <summary>
/// A layer, uncompressed into a temporary file that is gone once it is closed. Both its compressed digest and its diff_id
/// were checked, and its size was bounded while it was written (L6, L9, L10).
/// </summary>
internal sealed class LayerSpool : IDisposable
{
    private readonly FileStream _file;

    private LayerSpool(FileStream file, Digest layer) => (_file, Layer) = (file, layer);

    /// <summary>The digest of the compressed layer.</summary>
    public Digest Layer { get; }

    /// <summary>The uncompressed archive.</summary>
    public Stream Archive => _file;

    /// <summary>For reads at any offset, from several threads.</summary>
    public SafeFileHandle Handle => _file.SafeFileHandle;

    public static async Task<LayerSpool> CreateAsync(
        IImageSource source, Descriptor layer, Digest diffId, string directory, SpoolBudget budget, CancellationToken cancellationToken)
    {
        var path = Path.Combine(directory, $"{layer.Digest.Hex}.{Guid.NewGuid():N}.tar");
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete, 0, FileOptions.DeleteOnClose);
        try
        {
            await using var blob = await source.OpenBlobAsync(layer, cancellationToken);
            var compressed = new WitnessedStream(blob);
            await using (var content = Uncompressed(compressed, layer))
            {
                var found = await CopyAsync(content, compressed, file, layer, budget, cancellationToken);
                // A gzip reader that has read a whole member looks for another one, so it has seen the blob's end unless something else follows. Reading to the end checks the digest.
                var hasMore = !compressed.Ended;
                await compressed.CopyToAsync(Stream.Null, cancellationToken);
                if (hasMore)
                {
                    throw BakeErrors.LayerInvalid(layer.Digest.ToString(), "something that is no part of the archive follows after its end");
                }

                if (found != diffId)
                {
                    throw BakeErrors.LayerInvalid(layer.Digest.ToString(), $"its content hashes to {found}, but the configuration's diff_id says {diffId}");
                }
            }

            return new LayerSpool(file, layer.Digest);
        }
        catch (InvalidDataException fault)
        {
            await file.DisposeAsync();
            throw BakeErrors.LayerInvalid(layer.Digest.ToString(), $"it is no gzip archive ({fault.Message})", fault);
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    public void Dispose() => _file.Dispose();

    private static Stream Uncompressed(Stream blob, Descriptor layer) => layer.MediaType switch
    {
        var type when MediaTypes.IsGzipLayer(type) => new GZipStream(blob, CompressionMode.Decompress, leaveOpen: true),
        MediaTypes.TarLayer => blob,
        _ => throw BakeErrors.LayerInvalid(layer.Digest.ToString(), $"its media type '{layer.MediaType}' can't be read; gzip and plain tar can"),
    };

    private static async Task<Digest> CopyAsync(Stream content, Stream blob, FileStream file, Descriptor layer, SpoolBudget budget, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var buffer = MemoryPool<byte>.Shared.Rent(256 * 1024);
        long total = 0;
        while (await ReadAsync(content, buffer.Memory, blob, cancellationToken) is var count and > 0)
        {
            total += count;
            budget.Spend(count, total, layer);
            hash.AppendData(buffer.Memory.Span[..count]);
            await file.WriteAsync(buffer.Memory[..count], cancellationToken);
        }

        return Digest.FromHash(hash.GetHashAndReset());
    }

    private static async ValueTask<int> ReadAsync(Stream content, Memory<byte> buffer, Stream blob, CancellationToken cancellationToken)
    {
        try
        {
            return await content.ReadAsync(buffer, cancellationToken);
        }
        catch (InvalidDataException)
        {
            // Reading to the blob's end checks its digest: damaged bytes throw IMB2002 there, and only an archive that was made like this gets further.
            await blob.CopyToAsync(Stream.Null, cancellationToken);
            throw;
        }
    }
}

/// <summary>What the layers of one image may still use up.</summary>
internal sealed class SpoolBudget(ImageLimits limits)
{
    private long _bytes;
    private long _names;
    private int _entries;

    /// <summary>Counts uncompressed bytes; <paramref name="layerTotal"/> is what the layer has had so far.</summary>
    public void Spend(long count, long layerTotal, Descriptor layer)
    {
        if (Interlocked.Add(ref _bytes, count) > limits.MaxBytes)
        {
            throw BakeErrors.LimitExceeded("The image's layers together", $"more than {limits.MaxBytes} uncompressed bytes", $"{limits.MaxBytes} bytes");
        }

        if (layerTotal > limits.RatioFloor && layerTotal / Math.Max(1, layer.Size) > limits.MaxRatio)
        {
            throw BakeErrors.LimitExceeded($"The layer {layer.Digest}", $"more than {limits.MaxRatio} bytes for each compressed byte", $"{limits.MaxRatio}");
        }
    }

    /// <summary>Counts one entry, or a directory that only the names of others tell of; <paramref name="named"/> is the length of its names.</summary>
    public void SpendEntry(int named)
    {
        if (Interlocked.Add(ref _names, named) > limits.MaxNameLength)
        {
            throw BakeErrors.LimitExceeded("The names in the image's layers together", $"more than {limits.MaxNameLength} characters", $"{limits.MaxNameLength} characters");
        }

        if (Interlocked.Increment(ref _entries) > limits.MaxEntries)
        {
            throw BakeErrors.LimitExceeded("The image's layers together", $"more than {limits.MaxEntries} entries", $"{limits.MaxEntries} entries");
        }
    }
}
