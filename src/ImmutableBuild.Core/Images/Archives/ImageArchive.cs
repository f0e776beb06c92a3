using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using ImmutableBuild.Images.Layers;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Images.Tar;
using ImmutableBuild.Registries;

namespace ImmutableBuild.Images.Archives;

/// <summary>
/// An image as <c>docker load</c> takes it: the archive that <c>docker save</c> writes since Docker 25, an OCI layout with a <c>manifest.json</c>.
/// An engine that keeps images itself reads that one file, one that keeps them in containerd reads the layout, and so keeps the manifest's digest.
/// </summary>
internal static class ImageArchive
{
    private const string Blobs = "blobs/sha256/";
    private const string ContainerdName = "io.containerd.image.name";
    private const string LayoutVersion = "1.0.0";
    private const int DirectoryMode = 0x1ED;
    private const int FileMode = 0x1A4;

    /// <summary>The archive, to be read once. Its layers are read and checked on the way: what is damaged throws IMB2002 before the archive is whole.</summary>
    public static ArchiveStream Open(LoadableImage image, ImageReference name) => new(Parts(image.Content, [image], name));

    /// <summary>The archive of an index with the images it lists. An engine that keeps images itself takes the first of <paramref name="images"/>.</summary>
    public static ArchiveStream Open(ManifestContent index, ImmutableArray<LoadableImage> images, ImageReference name) => new(Parts(index, images, name));

    // What an engine can't load without comes last: nothing is loaded of an archive that ends early, whatever its reader makes of that.
    private static IEnumerable<ArchivePart> Parts(ManifestContent named, ImmutableArray<LoadableImage> images, ImageReference name)
    {
        yield return Written(writer => writer.Directory("blobs/", DirectoryMode, LayerTimes.Fixed));
        yield return Written(writer => writer.Directory(Blobs, DirectoryMode, LayerTimes.Fixed));
        foreach (var image in images.DistinctBy(image => image.Manifest.Config.Digest))
        {
            yield return Document(NameOf(image.Manifest.Config), image.Config);
        }

        foreach (var (image, layer) in images.SelectMany(image => image.Manifest.Layers, (image, layer) => (image, layer)).DistinctBy(each => each.layer.Digest))
        {
            yield return Written(writer => writer.BeginFile(NameOf(layer), FileMode, LayerTimes.Fixed, layer.Size));
            yield return new ArchivePart(cancellationToken => image.Source.OpenBlobAsync(layer, cancellationToken));
            yield return Written(writer => writer.EndFile(layer.Size));
        }

        foreach (var content in images.Select(image => image.Content).Append(named).DistinctBy(content => content.Digest))
        {
            yield return Document(NameOf(content.Descriptor), content.Bytes);
        }

        yield return Document("oci-layout", JsonSerializer.SerializeToUtf8Bytes(new LayoutMarker(LayoutVersion), OciJsonContext.Default.LayoutMarker));
        yield return Document("index.json", OciJson.Write(Index(named, name)));
        yield return Document("manifest.json", JsonSerializer.SerializeToUtf8Bytes([Item(images[0], name)], ImageArchiveJson.Default.ImageArchiveItemArray));
        yield return Written(writer => writer.End());
    }

    private static ImageIndex Index(ManifestContent named, ImageReference name) => new()
    {
        MediaType = MediaTypes.Index,
        Manifests = [named.Descriptor with { Annotations = OciAnnotations.None.Add(ContainerdName, name.ToString()).Add(OciLayout.ReferenceName, name.Tag!) }],
    };

    private static ImageArchiveItem Item(LoadableImage image, ImageReference name) => new(
        NameOf(image.Manifest.Config), [name.ToString()], [.. image.Manifest.Layers.Select(NameOf)]);

    private static string NameOf(Descriptor blob) => Blobs + blob.Digest.Hex;

    private static ArchivePart Document(string name, ReadOnlyMemory<byte> content) => Written(writer =>
        writer.File(name, FileMode, LayerTimes.Fixed, content.Length, new MemoryStream(content.ToArray(), writable: false)));

    private static ArchivePart Written(Action<TarWriter> write)
    {
        var bytes = new MemoryStream();
        write(new TarWriter(bytes));
        return ArchivePart.Of(bytes.ToArray());
    }
}

/// <summary>An image of <c>manifest.json</c>: paths within the archive, and the names it gets.</summary>
internal sealed record ImageArchiveItem(string Config, ImmutableArray<string> RepoTags, ImmutableArray<string> Layers);

[JsonSerializable(typeof(ImageArchiveItem[]))]
internal sealed partial class ImageArchiveJson : JsonSerializerContext;
