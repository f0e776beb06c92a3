using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ImmutableBuild.Images.Layers;

/// <summary>Remembers which layer was written for which files, so that an unchanged one is neither archived nor compressed again.</summary>
internal sealed class LayerCache(string directory)
{
    // Raised with every change of this code that writes other bytes for the same files.
    private const string FormatVersion = "3";

    /// <summary>The key of a layer: everything its bytes follow from.</summary>
    public static string KeyOf(string layer, string root, CompressionLevel level, IEnumerable<LayerFile> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        // The compressor is part of the .NET runtime, and that of another version may write other bytes.
        Append(hash, FormatVersion, layer, root, level.ToString(), Environment.Version.ToString());
        foreach (var file in files)
        {
            Append(hash, file.Planned.Path, file.Executable ? "x" : "-", file.Size.ToString(CultureInfo.InvariantCulture), file.Content.Hex);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The layer written for that key; null when none is remembered.</summary>
    public CachedLayer? Find(string key)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(FileOf(key)), LayerCacheJson.Default.CachedLayer);
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            // A damaged entry is as good as none: the layer is written again and so is the entry.
            return null;
        }
    }

    /// <summary>Remembers a layer.</summary>
    public void Add(string key, CachedLayer layer)
    {
        Directory.CreateDirectory(directory);
        AtomicFile.Write(FileOf(key), JsonSerializer.SerializeToUtf8Bytes(layer, LayerCacheJson.Default.CachedLayer), flush: false);
    }

    private string FileOf(string key) => Path.Combine(directory, key + ".json");

    // NUL can't be in a path, so it keeps fields apart.
    private static void Append(IncrementalHash hash, params ReadOnlySpan<string> fields)
    {
        foreach (var field in fields)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(field));
            hash.AppendData([0]);
        }
    }
}

/// <summary>What is remembered of a layer.</summary>
/// <param name="Digest">Of the compressed bytes.</param>
/// <param name="DiffId">Of the archive.</param>
/// <param name="Size">The compressed bytes.</param>
/// <param name="IsAhead">No image has had it yet.</param>
internal sealed record CachedLayer(Digest Digest, Digest DiffId, long Size, bool IsAhead = false);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CachedLayer))]
internal sealed partial class LayerCacheJson : JsonSerializerContext;
