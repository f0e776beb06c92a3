using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Local.Files;

namespace ImmutableBuild.Local.Images;

/// <summary>An image on disk, ready to run.</summary>
/// <param name="Digest">The digest of its manifest.</param>
/// <param name="Config">How it runs.</param>
/// <param name="RootDirectory">The absolute path of its file system. Nothing in it is writable.</param>
public sealed record UnpackedImage(Digest Digest, ImageConfig Config, string RootDirectory);

/// <summary><c>image.json</c> beside the file system: what was unpacked, so that a later use can see whether it still is so.</summary>
/// <param name="Schema">The version of the file's form.</param>
/// <param name="Image">The digest of the image's manifest.</param>
/// <param name="Config">The digest of <c>config.json</c> beside it.</param>
/// <param name="Files">Every file, by its path within the image.</param>
internal sealed record ImageInventory(int Schema, Digest Image, Digest Config, ImmutableSortedDictionary<string, ContentFile> Files)
{
    public const int CurrentSchema = 1;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(ImageInventory))]
internal sealed partial class LocalJson : JsonSerializerContext;
