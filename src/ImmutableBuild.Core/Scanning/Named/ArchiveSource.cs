using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Images.Tar;

namespace ImmutableBuild.Scanning.Named;

/// <summary>
/// An image in a file: an OCI archive, or what <c>docker save</c> writes, of old and new form. It is read in place; it may be hostile, so its
/// names are only looked up, and whatever comes out of it is hashed like any other source's.
/// </summary>
internal sealed partial class ArchiveSource : IImageSource, IDisposable
{
    private const int MaxEntries = 100_000;

    private readonly FileStream _file;
    private readonly Dictionary<string, TarHeader> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<Digest, TarHeader> _blobs = [];
    private readonly Dictionary<Digest, byte[]> _made = [];

    private ArchiveSource(FileStream file) => _file = file;

    /// <inheritdoc/>
    public string Name => _file.Name;

    /// <summary>What the archive holds: a manifest or an index.</summary>
    public Digest Root { get; private set; }

    /// <summary>Opens one; throws IMB3022 for what is no archive of one image.</summary>
    public static ArchiveSource Open(string path)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 128 * 1024);
        try
        {
            var source = new ArchiveSource(file);
            source.ReadEntries();
            source.Root = source.FindRoot();
            return source;
        }
        catch (Exception fault) when (fault is TarException or JsonException or EndOfStreamException or FormatException)
        {
            file.Dispose();
            throw ScanErrors.ArchiveInvalid(path, fault.Message, fault);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<ManifestContent?> FindManifestAsync(Digest digest, CancellationToken cancellationToken)
    {
        if (_made.TryGetValue(digest, out var made))
        {
            return new ManifestContent(digest, MediaTypes.Manifest, made);
        }

        if (!_blobs.TryGetValue(digest, out var entry))
        {
            return null;
        }

        var bytes = await this.ReadBlobAsync(new Descriptor { MediaType = "", Size = entry.Size, Digest = digest }, OciJson.MaxManifestBytes, cancellationToken);
        return new ManifestContent(digest, ManifestMediaType.Of(bytes, $"{Name}@{digest}"), bytes);
    }

    /// <inheritdoc/>
    public Task<Stream> OpenBlobAsync(Descriptor blob, CancellationToken cancellationToken) => _blobs.TryGetValue(blob.Digest, out var entry)
        ? Task.FromResult<Stream>(new DigestCheckingStream(Slice(entry), blob.Digest, blob.Size, $"{Name}@{blob.Digest}"))
        : throw BakeErrors.NotFound($"blob {blob.Digest}", Name);

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private void ReadEntries()
    {
        var reader = new TarReader(_file);
        while (reader.Next() is { } entry)
        {
            var name = LayerPath.Parse(entry.Name);
            if (_entries.Count > MaxEntries)
            {
                throw new FormatException($"it has more than {MaxEntries} entries");
            }

            _entries[name] = entry;
            if (entry.Kind == TarKind.File && BlobName.Match(name) is { Success: true } blob)
            {
                _blobs[Digest.Parse($"sha256:{blob.Groups[1].Value}")] = entry;
            }
        }
    }

    private Digest FindRoot() => _entries.ContainsKey("index.json")
        ? OciJson.ParseIndex(ReadDocument("index.json"), Name).Manifests.Where(entry => entry.ArtifactType is null).ToArray() is [var only]
            ? only.Digest
            : throw new FormatException("its index.json names more than one image, or none")
        : MakeManifest();

    // docker save before Docker 25: no manifest, so one is made of the configuration and the layers it lists.
    private Digest MakeManifest()
    {
        if (JsonSerializer.Deserialize(ReadDocument("manifest.json"), SavedImageJson.Default.SavedImageArray) is not [{ Config: { } configuration, Layers: { } layers }])
        {
            throw new FormatException("its manifest.json does not name one image");
        }

        if (layers.Length > OciJson.MaxDescriptors)
        {
            // Bounded, since each name costs hashing a file, and one file may be named any number of times.
            throw new FormatException($"its manifest.json lists {layers.Length} layers; at most {OciJson.MaxDescriptors} are read");
        }

        var config = AddBlob(configuration, MediaTypes.Config);
        var manifest = OciJson.Write(new ImageManifest { MediaType = MediaTypes.Manifest, Config = config, Layers = [.. layers.Select(layer => AddBlob(layer ?? throw new FormatException("a layer has no name"), MediaTypes.TarLayer))] });
        var digest = Digest.Of(manifest);
        _made[digest] = manifest;
        return digest;
    }

    private Descriptor AddBlob(string name, string mediaType)
    {
        var entry = Find(name);
        using var content = Slice(entry);
        Span<byte> magic = stackalloc byte[2];
        var isGzip = content.ReadAtLeast(magic, 2, throwOnEndOfStream: false) == 2 && magic.SequenceEqual<byte>([0x1F, 0x8B]);
        content.Position = 0;
        var digest = Digest.FromHash(SHA256.HashData(content));
        _blobs[digest] = entry;
        return new Descriptor { MediaType = isGzip ? MediaTypes.GzipLayer : mediaType, Size = entry.Size, Digest = digest };
    }

    private byte[] ReadDocument(string name)
    {
        var entry = Find(name);
        if (entry.Size > OciJson.MaxConfigBytes)
        {
            throw BakeErrors.LimitExceeded($"'{name}' of {Name}", $"{entry.Size} bytes", $"{OciJson.MaxConfigBytes} bytes");
        }

        var bytes = new byte[entry.Size];
        using var content = Slice(entry);
        content.ReadExactly(bytes);
        return bytes;
    }

    // A layer that an image has twice is there once, and a link to it: '../<other>/layer.tar'.
    private TarHeader Find(string name)
    {
        var entry = Named(name);
        return entry.Kind == TarKind.File ? entry
            : entry.Kind == TarKind.SymbolicLink && Named(entry.LinkName.StartsWith("../", StringComparison.Ordinal) ? entry.LinkName[3..] : entry.LinkName) is { Kind: TarKind.File } linked ? linked
            : throw new FormatException($"'{name}' is no file");
    }

    private TarHeader Named(string name) => _entries.TryGetValue(name, out var entry) ? entry : throw new FormatException($"it lacks '{name}'");

    private SliceStream Slice(TarHeader entry) => new(_file.SafeFileHandle, entry.DataOffset, entry.Size);

    [GeneratedRegex(@"\Ablobs/sha256/([0-9a-f]{64})\z")]
    private static partial Regex BlobName { get; }
}

/// <summary>An image of <c>manifest.json</c>, as far as it is needed.</summary>
internal sealed record SavedImage(string? Config, string?[]? Layers);

[JsonSerializable(typeof(SavedImage[]))]
internal sealed partial class SavedImageJson : JsonSerializerContext;
