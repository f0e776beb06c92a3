using System.Collections.Concurrent;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;

namespace ImmutableBuild.Registries;

/// <summary>Brings an image from a layout into a store: only what is missing there, content before what refers to it.</summary>
internal sealed class ImageTransfer(OciLayout from, IImageStore to)
{
    private const int ParallelBlobs = 4;

    private readonly ConcurrentDictionary<Digest, bool> _there = new();
    private long _bytesSent;

    /// <summary>Blob bytes that had to be sent so far.</summary>
    public long BytesSent => Interlocked.Read(ref _bytesSent);

    /// <summary>Brings an image alone, without signatures, under a tag that never moves. False when the tag names it already; IMB5008 when it names another one.</summary>
    public async Task<bool> PushAsync(string tag, ManifestContent image, CancellationToken cancellationToken)
    {
        if (await IsThereAsync(tag, image, cancellationToken))
        {
            return false;
        }

        await SendContentAsync(image, cancellationToken);
        await NameAsync(tag, image, cancellationToken);
        return true;
    }

    /// <summary>Whether a tag names the image already; throws IMB5008 when it names another one (F36, R13).</summary>
    public async Task<bool> IsThereAsync(string tag, ManifestContent image, CancellationToken cancellationToken) =>
        await to.FindTagAsync(tag, cancellationToken) is { } there
        && (there.Digest == image.Digest ? true : throw RegistryErrors.TagTaken(to.Name, tag, there.Digest, image.Digest));

    /// <summary>Names an image whose content is there by a tag that never moves; throws IMB5008 when someone else took it meanwhile.</summary>
    public async Task NameAsync(string tag, ManifestContent image, CancellationToken cancellationToken)
    {
        var now = await to.SetTagAsync(tag, image, TagRule.NeverMoves, cancellationToken);
        if (now != image.Digest)
        {
            throw RegistryErrors.TagTaken(to.Name, tag, now, image.Digest);
        }
    }

    /// <summary>Throws IMB5008 when one of <paramref name="tags"/> has another digest.</summary>
    public async Task RequireFreeAsync(IEnumerable<string> tags, ManifestContent image, CancellationToken cancellationToken)
    {
        foreach (var tag in tags)
        {
            if (await to.FindTagAsync(tag, cancellationToken) is { } there && there.Digest != image.Digest)
            {
                throw RegistryErrors.TagTaken(to.Name, tag, there.Digest, image.Digest);
            }
        }
    }

    /// <summary>Sends what a manifest or index refers to, as far as it is missing.</summary>
    public async Task SendContentAsync(ManifestContent manifest, CancellationToken cancellationToken)
    {
        if (MediaTypes.IsIndex(manifest.MediaType))
        {
            foreach (var entry in OciJson.ParseIndex(manifest.Bytes, from.Name).Manifests)
            {
                var child = await from.ReadManifestContentAsync(entry.Digest, cancellationToken);
                if (MediaTypes.IsIndex(child.MediaType))
                {
                    throw BakeErrors.ImageInvalid($"{from.Name}@{manifest.Digest}", "it is an index that lists an index");
                }

                await SendContentAsync(child, cancellationToken);
                await to.AddManifestAsync(child, cancellationToken);
            }

            return;
        }

        await SendContentAsync([manifest], cancellationToken);
    }

    /// <summary>Sends what several manifests refer to, none of them an index, as far as it is missing.</summary>
    public Task SendContentAsync(IEnumerable<ManifestContent> manifests, CancellationToken cancellationToken) =>
        SendBlobsAsync(manifests.Select(manifest => OciJson.ParseManifest(manifest.Bytes, from.Name)).SelectMany(parsed => parsed.Layers.Prepend(parsed.Config)), cancellationToken);

    private Task SendBlobsAsync(IEnumerable<Descriptor> blobs, CancellationToken cancellationToken) => Parallel.ForEachAsync(
        blobs.DistinctBy(blob => blob.Digest).Where(blob => !_there.ContainsKey(blob.Digest)),
        new ParallelOptions { MaxDegreeOfParallelism = ParallelBlobs, CancellationToken = cancellationToken },
        async (blob, ct) =>
        {
            if (!await to.HasBlobAsync(blob, ct) && await to.AddBlobAsync(from, blob, ct))
            {
                Interlocked.Add(ref _bytesSent, blob.Size);
            }

            _there.TryAdd(blob.Digest, true);
        });
}
