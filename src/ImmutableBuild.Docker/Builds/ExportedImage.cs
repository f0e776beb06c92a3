using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Images.Tar;

namespace ImmutableBuild.Docker.Builds;

/// <summary>
/// One image as the engine exports it: the archive of <c>docker save</c>, in a file that goes with this object. It may be hostile: what is in it is
/// bounded, of known names only, and counts no further than its digests say.
/// </summary>
internal sealed partial class ExportedImage : IDisposable
{
    private const int MaxEntries = 10_000;
    private const int MaxDocument = OciJson.MaxConfigBytes;

    private readonly FileStream _file;
    private readonly string _image;
    private readonly ImageLimits _limits;
    private readonly Dictionary<string, TarHeader> _entries = new(StringComparer.Ordinal);
    private readonly string[] _layers;
    private long _left;

    private ExportedImage(FileStream file, string image, ImageLimits limits)
    {
        (_file, _image, _limits, _left) = (file, image, limits, limits.MaxBytes);
        ReadEntries();
        var item = ReadItem();
        ConfigBytes = ReadDocument(item.Config ?? throw Refused("its manifest.json names no configuration"));
        Config = OciJson.ParseConfig(ConfigBytes, $"the export of {image}");
        _layers = item.Layers ?? [];
        if (_layers.Length != Config.RootFs.DiffIds.Length)
        {
            throw Refused($"its configuration has {Config.RootFs.DiffIds.Length} layers, its manifest.json {_layers.Length}");
        }

        RequireImage(Digest.Of(ConfigBytes.Span));
    }

    /// <summary>The configuration, byte for byte as the engine has it.</summary>
    public ReadOnlyMemory<byte> ConfigBytes { get; }

    /// <summary>The configuration.</summary>
    public ImageConfig Config { get; }

    /// <summary>Receives an export. IMB2044 for one that isn't of the form, IMB2004 for one that is too large.</summary>
    /// <param name="export">The engine's stream.</param>
    /// <param name="image">The image's id.</param>
    /// <param name="directory">Where the file is while it is needed.</param>
    /// <param name="limits">How much is taken.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<ExportedImage> ReceiveAsync(Stream export, string image, string directory, ImageLimits limits, CancellationToken cancellationToken)
    {
        var path = Path.Combine(directory, $"{Guid.NewGuid():N}.export.tmp");
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 0, FileOptions.Asynchronous | FileOptions.DeleteOnClose);
        try
        {
            await CopyAsync(export, file, image, limits.MaxBytes, cancellationToken);
            return new ExportedImage(file, image, limits);
        }
        catch (TarException fault)
        {
            await file.DisposeAsync();
            throw DockerfileErrors.ExportRefused(image, fault.Message, fault);
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    /// <summary>Copies the archive of a layer, uncompressed however the engine keeps it. IMB2004 where more comes out of all that were copied than an image may hold.</summary>
    /// <param name="index">Which one, from the lowest.</param>
    /// <param name="archive">Where it goes.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public void CopyLayer(int index, Stream archive, CancellationToken cancellationToken)
    {
        var entry = Find(_layers[index]);
        using var stored = new SliceStream(_file.SafeFileHandle, entry.DataOffset, entry.Size);
        Span<byte> magic = stackalloc byte[2];
        var isGzip = stored.ReadAtLeast(magic, 2, throwOnEndOfStream: false) == 2 && magic.SequenceEqual<byte>([0x1F, 0x8B]);
        stored.Position = 0;
        using var content = isGzip ? new System.IO.Compression.GZipStream(stored, System.IO.Compression.CompressionMode.Decompress) : (Stream)stored;
        Copy(content, archive, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private void Copy(Stream content, Stream archive, CancellationToken cancellationToken)
    {
        var buffer = new byte[128 * 1024];
        try
        {
            for (var count = content.Read(buffer); count > 0; count = content.Read(buffer))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (Interlocked.Add(ref _left, -count) < 0)
                {
                    throw BakeErrors.LimitExceeded($"the layers of {_image}", "more", $"{_limits.MaxBytes} bytes");
                }

                archive.Write(buffer, 0, count);
            }
        }
        catch (InvalidDataException fault)
        {
            throw DockerfileErrors.ExportRefused(_image, $"a layer's compression is damaged ({fault.Message})", fault);
        }
    }

    private static async Task CopyAsync(Stream export, FileStream file, string image, long longest, CancellationToken cancellationToken)
    {
        var buffer = new byte[256 * 1024];
        while (await export.ReadAsync(buffer, cancellationToken) is var count and > 0)
        {
            await file.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            if (file.Position > longest)
            {
                throw BakeErrors.LimitExceeded($"the export of {image}", "more", $"{longest} bytes");
            }
        }
    }

    private void ReadEntries()
    {
        var reader = new TarReader(_file);
        while (reader.Next() is { } entry)
        {
            var name = LayerPath.Parse(entry.Name);
            if (entry.Kind == TarKind.Directory)
            {
                continue;
            }

            if (!Known.IsMatch(name) || entry.Kind is not (TarKind.File or TarKind.SymbolicLink))
            {
                throw Refused($"it holds '{name}', which no such archive has");
            }

            if (!_entries.TryAdd(name, entry) || _entries.Count > MaxEntries)
            {
                throw Refused($"it holds '{name}' twice, or more than {MaxEntries} entries");
            }
        }
    }

    private ExportedItem ReadItem()
    {
        try
        {
            return JsonSerializer.Deserialize(ReadDocument("manifest.json").Span, ExportedJson.Default.ExportedItemArray) is [{ } item]
                ? item
                : throw Refused("its manifest.json doesn't name one image");
        }
        catch (JsonException fault)
        {
            throw DockerfileErrors.ExportRefused(_image, $"its manifest.json is no JSON of the kind expected ({fault.Message})", fault);
        }
    }

    // The id is the configuration's digest, or a manifest's where the engine keeps images in containerd.
    private void RequireImage(Digest config)
    {
        if (config.ToString() == _image)
        {
            return;
        }

        var manifest = $"blobs/sha256/{_image[(_image.IndexOf(':', StringComparison.Ordinal) + 1)..]}";
        var bytes = _entries.ContainsKey(manifest) ? ReadDocument(manifest) : throw Refused($"its configuration is {config}");
        if (Digest.Of(bytes.Span).ToString() != _image || OciJson.ParseManifest(bytes, $"the export of {_image}").Config.Digest != config)
        {
            throw Refused($"its configuration is {config}, and its manifest names another one");
        }
    }

    private ReadOnlyMemory<byte> ReadDocument(string name)
    {
        var entry = Find(name);
        if (entry.Size > MaxDocument)
        {
            throw BakeErrors.LimitExceeded($"'{name}' of the export of {_image}", $"{entry.Size} bytes", $"{MaxDocument} bytes");
        }

        var bytes = new byte[entry.Size];
        using var content = new SliceStream(_file.SafeFileHandle, entry.DataOffset, entry.Size);
        content.ReadExactly(bytes);
        return bytes;
    }

    // A layer that an image has twice is there once, and a link to it: '../<other>/layer.tar'.
    private TarHeader Find(string name)
    {
        var entry = Named(name);
        return entry.Kind == TarKind.File ? entry : Named(entry.LinkName.StartsWith("../", StringComparison.Ordinal) ? entry.LinkName[3..] : entry.LinkName) is { Kind: TarKind.File } linked
            ? linked
            : throw Refused($"'{name}' is a link to a link");
    }

    private TarHeader Named(string name) => _entries.TryGetValue(name, out var entry) ? entry : throw Refused($"it lacks '{name}'");

    private ImmutableBuildException Refused(string found) => DockerfileErrors.ExportRefused(_image, found);

    [GeneratedRegex(@"^(?:manifest\.json|repositories|index\.json|oci-layout|blobs/sha256/[0-9a-f]{64}|[0-9a-f]{64}\.json|[0-9a-f]{64}/(?:VERSION|json|layer\.tar))\z")]
    private static partial Regex Known { get; }
}

/// <summary>An image of <c>manifest.json</c>, as far as it is needed.</summary>
internal sealed record ExportedItem(string? Config, string[]? Layers);

[JsonSerializable(typeof(ExportedItem[]))]
internal sealed partial class ExportedJson : JsonSerializerContext;
