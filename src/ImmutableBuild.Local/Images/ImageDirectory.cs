using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Local.Files;

namespace ImmutableBuild.Local.Images;

/// <summary>The form of one unpacked image on disk: <c>rootfs/</c>, <c>config.json</c>, <c>image.json</c>, <c>users/</c>.</summary>
internal sealed class ImageDirectory(string directory)
{
    private const int MaxInventoryBytes = 512 * 1024 * 1024;

    /// <summary>The image's file system.</summary>
    public string Root => Path.Combine(directory, "rootfs");

    /// <summary>A file for each app and environment that needs the image, named after it; each use writes another text into it.</summary>
    public string Users => Path.Combine(directory, "users");

    private string ConfigFile => Path.Combine(directory, "config.json");

    private string InventoryFile => Path.Combine(directory, "image.json");

    /// <summary>Writes what makes the directory whole, last of all.</summary>
    public void Seal(Digest image, ReadOnlySpan<byte> config, IEnumerable<KeyValuePair<string, ContentFile>> files)
    {
        AtomicFile.Write(ConfigFile, config);
        var inventory = new ImageInventory(ImageInventory.CurrentSchema, image, Digest.Of(config), files.ToImmutableSortedDictionary(StringComparer.Ordinal));
        AtomicFile.Write(InventoryFile, JsonSerializer.SerializeToUtf8Bytes(inventory, LocalJson.Default.ImageInventory));
    }

    /// <summary>The inventory; null when there is none that this version understands.</summary>
    public ImageInventory? ReadInventory()
    {
        try
        {
            var file = new FileInfo(InventoryFile);
            if (!file.Exists || file.Length > MaxInventoryBytes)
            {
                return null;
            }

            var inventory = JsonSerializer.Deserialize(File.ReadAllBytes(file.FullName), LocalJson.Default.ImageInventory);
            return inventory is { Schema: ImageInventory.CurrentSchema } ? inventory : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>
    /// The image, if it is whole and nobody changed it: every file is looked at, for size and time of change, not read. Null
    /// when it has to be unpacked again.
    /// </summary>
    public UnpackedImage? TryOpen(Digest image)
    {
        if (ReadInventory() is not { } inventory || inventory.Image != image || !File.Exists(ConfigFile))
        {
            return null;
        }

        var config = File.ReadAllBytes(ConfigFile);
        return Digest.Of(config) == inventory.Config && inventory.Files.All(file => IsUnchanged(file.Key, file.Value))
            ? new UnpackedImage(image, OciJson.ParseConfig(config, ConfigFile), Root)
            : null;
    }

    /// <summary>Every file by what it holds, read whole; each that differs, and <c>changed</c>, <c>added</c> or <c>deleted</c>. Links have no content: they are looked at when an image is used.</summary>
    public async Task<IReadOnlyList<(string Path, string Found)>> CompareAsync(Digest image, CancellationToken cancellationToken)
    {
        if (ReadInventory() is not { } inventory || inventory.Image != image || !File.Exists(ConfigFile))
        {
            return [("/", "no longer whole")];
        }

        var differing = new List<(string Path, string Found)>();
        if (Digest.Of(await File.ReadAllBytesAsync(ConfigFile, cancellationToken)) != inventory.Config)
        {
            differing.Add(("the image's configuration", "changed"));
        }

        foreach (var (path, expected) in inventory.Files)
        {
            if (await CompareAsync(path, expected, cancellationToken) is { } found)
            {
                differing.Add(("/" + path, found));
            }
        }

        var files = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        var added = Directory.EnumerateFiles(Root, "*", files).Select(path => Path.GetRelativePath(Root, path).Replace(Path.DirectorySeparatorChar, '/')).Where(path => !inventory.Files.ContainsKey(path));
        return [.. differing, .. added.Select(path => ("/" + path, "added"))];
    }

    private async Task<string?> CompareAsync(string path, ContentFile expected, CancellationToken cancellationToken)
    {
        var file = new FileInfo(Path.Combine(Root, path));
        if (!file.Exists)
        {
            return "deleted";
        }

        if (file.LinkTarget is not null || file.Length != expected.Size)
        {
            return "changed";
        }

        await using var content = file.OpenRead();
        return expected.Name.StartsWith(Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken)), StringComparison.Ordinal) ? null : "changed";
    }

    private bool IsUnchanged(string path, ContentFile expected)
    {
        var file = new FileInfo(Path.Combine(Root, path));
        return file.Exists && file.Length == expected.Size && file.LastWriteTimeUtc.Ticks == expected.ModifiedTicks;
    }
}
