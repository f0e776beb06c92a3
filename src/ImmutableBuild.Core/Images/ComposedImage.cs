using System.Collections.Immutable;
using ImmutableBuild.Images.Bases;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Images;

/// <summary>An image put together of a base image and own layers: what its documents follow from, and nothing else.</summary>
internal sealed record ComposedImage
{
    /// <summary>What it runs on.</summary>
    public required Platform Platform { get; init; }

    /// <summary>What it is made upon; null for scratch.</summary>
    public required BaseImage? Base { get; init; }

    /// <summary>Its own layers, lowest first.</summary>
    public required ImmutableArray<LayerRecord> Layers { get; init; }

    /// <summary>The time it bears, as documents write it.</summary>
    public required string Created { get; init; }

    /// <summary>How it runs.</summary>
    public required RunConfig Run { get; init; }

    /// <summary>The facts its manifest carries.</summary>
    public required ImmutableSortedDictionary<string, string> Annotations { get; init; }

    /// <summary>The configuration.</summary>
    public ImageConfig Config() => new()
    {
        Architecture = Platform.Architecture,
        Os = Platform.Os,
        Variant = Platform.Variant,
        Created = Created,
        RootFs = new RootFileSystem { DiffIds = [.. Base?.Config.RootFs.DiffIds ?? [], .. Layers.Select(layer => layer.DiffId)] },
        History = History(),
        Config = Run,
    };

    /// <summary>The manifest around a configuration that was written.</summary>
    public ImageManifest Manifest(Descriptor config) => new()
    {
        MediaType = MediaTypes.Manifest,
        Config = config,
        Layers =
        [
            .. (Base?.Manifest.Layers ?? []).Select(AsOci),
            .. Layers.Select(layer => new Descriptor { MediaType = MediaTypes.GzipLayer, Size = layer.Size, Digest = layer.Digest }),
        ],
        Annotations = Annotations,
    };

    // Other tools refuse a history that doesn't match the image's layers. Where the base's own history doesn't, one entry is made for each of its layers.
    private ImmutableArray<HistoryEntry> History()
    {
        var baseLayers = Base?.Manifest.Layers.Length ?? 0;
        var inherited = Base?.Config.History ?? [];
        if (inherited.Count(entry => entry.EmptyLayer is not true) != baseLayers)
        {
            inherited = [.. Enumerable.Repeat(new HistoryEntry { Created = Base!.Config.Created, CreatedBy = Base.Name }, baseLayers)];
        }

        return [.. inherited, .. Layers.Select(layer => new HistoryEntry { Created = Created, CreatedBy = $"ImmutableBuild: {layer.Name}" })];
    }

    // The media types of Docker and OCI for a gzip layer mean the same bytes; an OCI manifest has to hold OCI's.
    private static Descriptor AsOci(Descriptor layer) => new()
    {
        MediaType = MediaTypes.IsGzipLayer(layer.MediaType) ? MediaTypes.GzipLayer : layer.MediaType,
        Size = layer.Size,
        Digest = layer.Digest,
    };
}
