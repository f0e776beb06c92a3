using System.Formats.Tar;
using System.IO.Compression;
using ImmutableBuild.Images.Oci;

namespace ImmutableBuild.Images.Comparing;

/// <summary>Finds where two images differ that should be one: the place that whoever mends it has to look at.</summary>
/// <param name="one">Where the first one is.</param>
/// <param name="other">Where the second one is.</param>
internal sealed class ImageComparison(OciLayout one, OciLayout other)
{
    /// <summary>Where they differ first, in a line; null when they are the same image.</summary>
    public async Task<string?> FindAsync(Digest first, Digest second, CancellationToken cancellationToken)
    {
        if (first == second)
        {
            return null;
        }

        var (content, otherContent) = (await one.ReadManifestContentAsync(first, cancellationToken), await other.ReadManifestContentAsync(second, cancellationToken));
        return MediaTypes.IsIndex(content.MediaType) && MediaTypes.IsIndex(otherContent.MediaType)
            ? await FindInIndexAsync(content, otherContent, cancellationToken)
            : await FindInImageAsync(first, second, cancellationToken);
    }

    private async Task<string?> FindInIndexAsync(ManifestContent content, ManifestContent otherContent, CancellationToken cancellationToken)
    {
        var (entries, others) = (OciJson.ParseIndex(content.Bytes, one.Name).Manifests, OciJson.ParseIndex(otherContent.Bytes, other.Name).Manifests);
        foreach (var (entry, otherEntry) in entries.Zip(others))
        {
            if (entry.Platform != otherEntry.Platform)
            {
                return $"{entry.Platform} in one is where {otherEntry.Platform} is in the other";
            }

            if (await FindAsync(entry.Digest, otherEntry.Digest, cancellationToken) is { } found)
            {
                return $"{entry.Platform}, {found}";
            }
        }

        return FindInBytes("the index", content.Bytes.ToArray(), otherContent.Bytes.ToArray());
    }

    private async Task<string> FindInImageAsync(Digest first, Digest second, CancellationToken cancellationToken)
    {
        var (manifests, configs) = (new ImageManifest[2], new ImageConfig[2]);
        foreach (var (index, layout, digest) in new[] { (0, one, first), (1, other, second) })
        {
            manifests[index] = await layout.ReadManifestAsync(digest, cancellationToken);
            configs[index] = await layout.ReadConfigAsync(manifests[index], cancellationToken);
        }

        return await FindInLayersAsync(manifests, configs, cancellationToken)
            ?? FindInBytes("the configuration", await BytesAsync(one, manifests[0].Config, cancellationToken), await BytesAsync(other, manifests[1].Config, cancellationToken))
            ?? FindInBytes("the manifest", OciJson.Write(manifests[0]), OciJson.Write(manifests[1]))
            ?? "the manifests are written in other ways";
    }

    private async Task<string?> FindInLayersAsync(ImageManifest[] manifests, ImageConfig[] configs, CancellationToken cancellationToken)
    {
        var (layers, others) = (manifests[0].Layers, manifests[1].Layers);
        for (var index = 0; index < Math.Min(layers.Length, others.Length); index++)
        {
            if (layers[index].Digest == others[index].Digest)
            {
                continue;
            }

            var where = $"layer {index + 1} ({configs[0].History?.Where(entry => entry.EmptyLayer is not true).ElementAtOrDefault(index)?.CreatedBy ?? "unnamed"})";
            return configs[0].RootFs.DiffIds[index] == configs[1].RootFs.DiffIds[index]
                ? $"{where}: the same files, compressed otherwise"
                : $"{where}: {await FindInArchivesAsync(layers[index], others[index], cancellationToken) ?? "the same files, archived otherwise"}";
        }

        return layers.Length == others.Length ? null : $"one has {layers.Length} layers, the other {others.Length}";
    }

    private async Task<string?> FindInArchivesAsync(Descriptor layer, Descriptor otherLayer, CancellationToken cancellationToken)
    {
        await using var archive = await OpenAsync(one, layer, cancellationToken);
        await using var otherArchive = await OpenAsync(other, otherLayer, cancellationToken);
        while (true)
        {
            var (entry, otherEntry) = (await archive.GetNextEntryAsync(cancellationToken: cancellationToken), await otherArchive.GetNextEntryAsync(cancellationToken: cancellationToken));
            if (entry is null || otherEntry is null)
            {
                return entry is null && otherEntry is null ? null : $"only one has {entry?.Name ?? otherEntry!.Name}";
            }

            if (FindInHeaders(entry, otherEntry) is { } found)
            {
                return found;
            }

            if (await FindInContentAsync(entry, otherEntry, cancellationToken) is { } range)
            {
                return range;
            }
        }
    }

    private static string? FindInHeaders(TarEntry entry, TarEntry other) =>
        entry.Name != other.Name ? $"{entry.Name} in one is where {other.Name} is in the other"
        : entry.EntryType != other.EntryType ? $"{entry.Name} is a {entry.EntryType} in one and a {other.EntryType} in the other"
        : entry.Mode != other.Mode ? $"{entry.Name} has the mode {Convert.ToString((int)entry.Mode, 8)} in one and {Convert.ToString((int)other.Mode, 8)} in the other"
        : entry.ModificationTime != other.ModificationTime ? $"{entry.Name} has the time {entry.ModificationTime:u} in one and {other.ModificationTime:u} in the other"
        : (entry.Uid, entry.Gid) != (other.Uid, other.Gid) ? $"{entry.Name} belongs to {entry.Uid}:{entry.Gid} in one and {other.Uid}:{other.Gid} in the other"
        : entry.LinkName != other.LinkName ? $"{entry.Name} leads to {entry.LinkName} in one and {other.LinkName} in the other"
        : null;

    private static async Task<string?> FindInContentAsync(TarEntry entry, TarEntry other, CancellationToken cancellationToken)
    {
        var (buffer, otherBuffer) = (new byte[64 * 1024], new byte[64 * 1024]);
        var (position, from, to) = (0L, -1L, -1L);
        while (true)
        {
            var count = await ReadAsync(entry.DataStream, buffer, cancellationToken);
            var otherCount = await ReadAsync(other.DataStream, otherBuffer, cancellationToken);
            var both = Math.Max(count, otherCount);
            for (var index = 0; index < both; index++)
            {
                if (index >= count || index >= otherCount || buffer[index] != otherBuffer[index])
                {
                    (from, to) = (from < 0 ? position + index : from, position + index);
                }
            }

            position += both;
            if (both == 0)
            {
                return from < 0 ? null : $"{entry.Name}, bytes {from} to {to} (of {entry.Length} in one, {other.Length} in the other)";
            }
        }
    }

    private static async ValueTask<int> ReadAsync(Stream? stream, byte[] buffer, CancellationToken cancellationToken) =>
        stream is null ? 0 : await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);

    private static async Task<TarReader> OpenAsync(OciLayout layout, Descriptor layer, CancellationToken cancellationToken)
    {
        var blob = await layout.OpenBlobAsync(layer, cancellationToken);
        return new TarReader(MediaTypes.IsGzipLayer(layer.MediaType) ? new GZipStream(blob, CompressionMode.Decompress) : blob);
    }

    private static async Task<byte[]> BytesAsync(OciLayout layout, Descriptor blob, CancellationToken cancellationToken) =>
        await layout.ReadBlobAsync(blob, OciJson.MaxConfigBytes, cancellationToken);

    private static string? FindInBytes(string what, byte[] bytes, byte[] others)
    {
        var from = bytes.AsSpan().CommonPrefixLength(others);
        if (from == bytes.Length && from == others.Length)
        {
            return null;
        }

        var same = 0;
        while (same < Math.Min(bytes.Length, others.Length) - from && bytes[^(same + 1)] == others[^(same + 1)])
        {
            same++;
        }

        return $"{what}, bytes {from} to {Math.Max(bytes.Length, others.Length) - same - 1}";
    }
}
