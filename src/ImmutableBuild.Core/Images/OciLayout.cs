using System.Security.Cryptography;
using System.Text.Json;
using ImmutableBuild.Errors;
using ImmutableBuild.Images.Oci;

namespace ImmutableBuild.Images;

/// <summary>
/// An OCI image layout directory (OCI image-spec, image-layout): <c>oci-layout</c>, <c>index.json</c> and
/// <c>blobs/sha256/…</c>. Blobs and index appear under their names only once they are whole; the index may be changed by
/// several processes at once.
/// </summary>
public sealed class OciLayout : IImageSource
{
    /// <summary>The annotation of an index entry that holds its name within the layout.</summary>
    public const string ReferenceName = "org.opencontainers.image.ref.name";

    private const string LayoutVersion = "1.0.0";

    private readonly string _blobs;
    private readonly string _indexFile;

    private readonly bool _mayMend;

    private OciLayout(string directory, bool mayMend, bool isScratch)
    {
        Directory = directory;
        IsScratch = isScratch;
        _mayMend = mayMend;
        _blobs = Path.Combine(directory, "blobs", "sha256");
        _indexFile = Path.Combine(directory, "index.json");
    }

    /// <summary>The directory, absolute.</summary>
    public string Directory { get; }

    /// <inheritdoc/>
    public string Name => Directory;

    /// <summary>What is in it can be made again at any time: blobs are not flushed to the disk. One that a power cut has damaged is found when it is read, and mended as in every layout of ours.</summary>
    public bool IsScratch { get; }

    /// <summary>Opens a layout of ours that exists; throws IMB2006 when there is none.</summary>
    /// <param name="directory">Its directory.</param>
    /// <param name="isScratch">What <see cref="IsScratch"/> is to be.</param>
    public static OciLayout Open(string directory, bool isScratch = false) => Open(directory, mayMend: true, isScratch);

    /// <summary>Opens a layout that someone else made and keeps: nothing in it is ever changed by reading it.</summary>
    public static OciLayout OpenForeign(string directory) => Open(directory, mayMend: false, isScratch: false);

    private static OciLayout Open(string directory, bool mayMend, bool isScratch)
    {
        var layout = new OciLayout(Path.GetFullPath(directory), mayMend, isScratch);
        layout.CheckMarker();
        return layout;
    }

    /// <summary>Opens a layout, making an empty one where there is none.</summary>
    /// <param name="directory">Its directory.</param>
    /// <param name="isScratch">What <see cref="IsScratch"/> is to be.</param>
    public static OciLayout OpenOrCreate(string directory, bool isScratch = false)
    {
        var layout = new OciLayout(Path.GetFullPath(directory), mayMend: true, isScratch);
        System.IO.Directory.CreateDirectory(layout._blobs);
        if (!File.Exists(layout.MarkerFile) || !File.Exists(layout._indexFile))
        {
            using var held = LayoutLock.Acquire(layout.Directory, CancellationToken.None);
            layout.Complete();
        }

        layout.CheckMarker();
        return layout;
    }

    private string MarkerFile => Path.Combine(Directory, "oci-layout");

    /// <summary>The file of a blob, whether it exists or not. Its content is checked only by reading it through this class.</summary>
    public string BlobPath(Digest digest) => Path.Combine(_blobs, digest.Hex);

    /// <summary>Whether a blob of that digest and size is there. Its bytes are checked when they are read.</summary>
    public bool Contains(Descriptor blob)
    {
        var file = new FileInfo(BlobPath(blob.Digest));
        return file.Exists && file.Length == blob.Size;
    }

    /// <inheritdoc/>
    public async Task<ManifestContent?> FindManifestAsync(Digest digest, CancellationToken cancellationToken)
    {
        var file = new FileInfo(BlobPath(digest));
        if (!file.Exists)
        {
            return null;
        }

        var blob = new Descriptor { MediaType = "", Size = file.Length, Digest = digest };
        var bytes = await this.ReadBlobAsync(blob, OciJson.MaxManifestBytes, cancellationToken);
        return new ManifestContent(digest, ManifestMediaType.Of(bytes, BlobPath(digest)), bytes);
    }

    /// <summary>
    /// Opens a blob to read; its bytes are checked on the way. One that is found damaged in a layout of ours is taken away, so
    /// that the next run, which trusts names and sizes, writes or fetches it again.
    /// </summary>
    public Task<Stream> OpenBlobAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        var path = BlobPath(blob.Digest);
        try
        {
            var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, (int)Math.Clamp(blob.Size, 1, 128 * 1024), FileOptions.SequentialScan);
            return Task.FromResult<Stream>(new DigestCheckingStream(file, blob.Digest, blob.Size, path, () => RemoveDamaged(blob.Digest)));
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw BakeErrors.NotFound($"blob {blob.Digest}", Directory);
        }
    }

    /// <summary>Writes a small blob unless it is there, byte for byte; returns its descriptor.</summary>
    public Descriptor WriteBlob(string mediaType, ReadOnlySpan<byte> content)
    {
        var blob = new Descriptor { MediaType = mediaType, Size = content.Length, Digest = Digest.Of(content) };
        if (!Contains(blob) || !Holds(BlobPath(blob.Digest), content))
        {
            AtomicFile.Write(BlobPath(blob.Digest), content, flush: !IsScratch);
        }

        return blob;
    }

    /// <summary>Copies a blob from another source unless it is there; the copy is hashed before it gets its name. Returns whether it was copied.</summary>
    public async Task<bool> CopyBlobAsync(IImageSource source, Descriptor blob, CancellationToken cancellationToken)
    {
        if (Contains(blob))
        {
            return false;
        }

        await using var content = await source.OpenBlobAsync(blob, cancellationToken);
        await AtomicFile.WriteAsync(BlobPath(blob.Digest), content.CopyToAsync, cancellationToken, flush: !IsScratch);
        return true;
    }

    /// <summary>Reads the index.</summary>
    public ImageIndex ReadIndex()
    {
        try
        {
            // Shared with writers and for deletion: Windows would otherwise let nobody replace the index while it is read.
            using var file = new FileStream(_indexFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (file.Length > OciJson.MaxManifestBytes)
            {
                throw BakeErrors.LimitExceeded(_indexFile, $"{file.Length} bytes", $"{OciJson.MaxManifestBytes} bytes");
            }

            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return OciJson.ParseIndex(bytes, _indexFile);
        }
        catch (IOException fault)
        {
            throw BakeErrors.LayoutInvalid(Directory, $"its index.json can't be read ({fault.Message})", fault);
        }
    }

    /// <summary>The entry of that name; null when there is none.</summary>
    public Descriptor? Find(string name) => ReadIndex().Manifests.FirstOrDefault(entry => NameOf(entry) == name);

    /// <summary>
    /// Names a manifest. A name that is there already goes over to <paramref name="manifest"/> unless
    /// <paramref name="mayMove"/>, given the entry it names now, says no; then nothing changes. Returns what the name means afterwards.
    /// </summary>
    public Descriptor SetReference(string name, Descriptor manifest, Func<Descriptor, bool> mayMove, CancellationToken cancellationToken)
    {
        using var held = LayoutLock.Acquire(Directory, cancellationToken);
        var index = ReadIndex();
        var current = index.Manifests.FirstOrDefault(entry => NameOf(entry) == name);
        if (current is not null && (current.Digest == manifest.Digest || !mayMove(current)))
        {
            return current;
        }

        var named = manifest with { Annotations = (manifest.Annotations ?? OciAnnotations.None).SetItem(ReferenceName, name) };
        WriteIndex(index with { Manifests = [.. index.Manifests.Where(entry => NameOf(entry) != name), named] });
        return named;
    }

    /// <summary>Names a manifest, wherever the name pointed before.</summary>
    public Descriptor SetReference(string name, Descriptor manifest, CancellationToken cancellationToken) =>
        SetReference(name, manifest, static _ => true, cancellationToken);

    /// <summary>Moves the entry of that name to the end of the index, where the newest ones are; nothing is written where it is last already, or where there is none.</summary>
    public void MakeNewest(string name, CancellationToken cancellationToken)
    {
        using var held = LayoutLock.Acquire(Directory, cancellationToken);
        var index = ReadIndex();
        if (index.Manifests.FirstOrDefault(entry => NameOf(entry) == name) is { } entry && entry != index.Manifests[^1])
        {
            WriteIndex(index with { Manifests = [.. index.Manifests.Where(other => other != entry), entry] });
        }
    }

    /// <summary>The files of all blobs, and of those that were never finished.</summary>
    public IReadOnlyList<string> BlobFiles() => System.IO.Directory.GetFiles(_blobs);

    /// <summary>Keeps the index entries that <paramref name="keep"/> names, and forgets the others. Blobs stay.</summary>
    public void KeepReferences(Func<Descriptor, bool> keep, CancellationToken cancellationToken)
    {
        using var held = LayoutLock.Acquire(Directory, cancellationToken);
        var index = ReadIndex();
        var kept = index.Manifests.Where(keep).ToArray();
        if (kept.Length != index.Manifests.Length)
        {
            WriteIndex(index with { Manifests = [.. kept] });
        }
    }

    /// <summary>The name of an index entry; null where it has none.</summary>
    public static string? NameOf(Descriptor entry) => entry.Annotations?.GetValueOrDefault(ReferenceName);

    // The blobs' names are flushed first: after a power cut, an index must not name blobs that are gone.
    private void WriteIndex(ImageIndex index)
    {
        if (IsScratch)
        {
            AtomicFile.Write(_indexFile, OciJson.Write(index));
            return;
        }

        DirectoryEntries.Flush(_blobs);
        AtomicFile.Write(_indexFile, OciJson.Write(index));
        DirectoryEntries.Flush(Directory);
    }

    private static bool Holds(string path, ReadOnlySpan<byte> content)
    {
        try
        {
            return content.SequenceEqual(File.ReadAllBytes(path));
        }
        catch (FileNotFoundException)
        {
            // Another process has just found the blob damaged, and removed it.
            return false;
        }
    }

    // Removes a blob only if its bytes don't have the digest: the reader may have been given a descriptor with a wrong size.
    private void RemoveDamaged(Digest digest)
    {
        if (!_mayMend)
        {
            return;
        }

        try
        {
            using var file = File.Open(BlobPath(digest), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (Digest.FromHash(SHA256.HashData(file)) != digest)
            {
                File.Delete(BlobPath(digest));
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // The caller reports the damage and names the file, whether it could be removed or not.
        }
    }

    // Makes each of the two files where it is missing: a process that was killed between them has left one.
    private void Complete()
    {
        if (!File.Exists(MarkerFile))
        {
            AtomicFile.Write(MarkerFile, JsonSerializer.SerializeToUtf8Bytes(new LayoutMarker(LayoutVersion), OciJsonContext.Default.LayoutMarker));
        }

        CheckMarker();
        if (!File.Exists(_indexFile))
        {
            WriteIndex(new ImageIndex { MediaType = MediaTypes.Index, Manifests = [] });
        }
    }

    private void CheckMarker()
    {
        try
        {
            var marker = JsonSerializer.Deserialize(File.ReadAllBytes(MarkerFile), OciJsonContext.Default.LayoutMarker);
            if (marker?.ImageLayoutVersion != LayoutVersion)
            {
                throw BakeErrors.LayoutInvalid(Directory, $"version {LayoutVersion} was expected, found '{marker?.ImageLayoutVersion}'");
            }
        }
        catch (Exception fault) when (fault is IOException or JsonException)
        {
            throw BakeErrors.LayoutInvalid(Directory, fault.Message, fault);
        }
    }
}
