using System.Collections.Immutable;
using System.IO.Compression;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;

namespace ImmutableBuild.Tests.Images;

/// <summary>Puts images made of given layers into a layout.</summary>
internal static class TestImage
{
    public static byte[] Gzip(byte[] content)
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
        {
            gzip.Write(content);
        }

        return compressed.ToArray();
    }

    public static Descriptor Write(OciLayout layout, params byte[][] tars) =>
        Write(layout, tars.Select(tar => (Gzip(tar), Digest.Of(tar))).ToArray());

    public static Descriptor Write(OciLayout layout, params (byte[] Blob, Digest DiffId)[] layers) =>
        Write(layout, new RunConfig { User = "1654" }, layers);

    public static Descriptor Write(OciLayout layout, RunConfig run, params (byte[] Blob, Digest DiffId)[] layers) => Write(layout, run, null, layers);

    public static Descriptor Write(OciLayout layout, RunConfig run, string? created, params (byte[] Blob, Digest DiffId)[] layers) => Write(layout, run, created, null, layers);

    public static Descriptor Write(OciLayout layout, RunConfig run, string? created, ImmutableArray<HistoryEntry>? history, params (byte[] Blob, Digest DiffId)[] layers)
    {
        var config = new ImageConfig
        {
            Architecture = "amd64",
            Os = "linux",
            Created = created,
            Config = run,
            History = history,
            RootFs = new RootFileSystem { DiffIds = [.. layers.Select(layer => layer.DiffId)] },
        };
        var manifest = new ImageManifest
        {
            MediaType = MediaTypes.Manifest,
            Config = layout.WriteBlob(MediaTypes.Config, OciJson.Write(config)),
            Layers = [.. layers.Select(layer => layout.WriteBlob(MediaTypes.GzipLayer, layer.Blob))],
        };
        return layout.WriteBlob(MediaTypes.Manifest, OciJson.Write(manifest));
    }

    public static Task<ImageFileSystem> OpenAsync(OciLayout layout, Descriptor image, ImageLimits? limits = null) =>
        ImageFileSystem.OpenAsync(layout, image.Digest, Path.Combine(layout.Directory, "scratch"), limits ?? new(), TestContext.Current.CancellationToken);

    public static ImmutableArray<string> Paths(this ImageFileSystem files) => [.. files.Entries.Select(entry => entry.Path)];
}
