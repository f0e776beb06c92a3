using System.Collections.Immutable;
using ImmutableBuild.Docker.Api;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Archives;
using ImmutableBuild.Images.Bases;
using ImmutableBuild.Images.Layers;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Registries;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Docker.Images;

/// <summary>
/// The gateway as an image of the engine: its published files upon a base image with .NET. Reproducible: the same files and the same base give
/// the same digest, and so the same name, whoever makes it; an engine that has it is sent nothing.
/// </summary>
/// <param name="dataDirectory">Where the image is made and kept, with its base.</param>
/// <param name="engine">The engine.</param>
/// <param name="images">Brings it there.</param>
/// <param name="connector">Reaches the base image's registry.</param>
internal sealed class GatewayImage(string dataDirectory, IDockerClient engine, EngineImages images, RegistryConnector connector)
{
    /// <summary>Where engines have it.</summary>
    public const string Repository = "immutablebuild/gateway";

    private const string Root = "gateway";

    // How many stay: the one in use, and those of releases that run at the same time with other files or another base.
    private const int Kept = 3;

    private string Layout => Path.Combine(dataDirectory, "cache", "gateway", "image");

    /// <summary>Makes the image exist in the engine. Throws IMB6222 when the files are not the gateway's, IMB2015 or IMB2016 for a base that floats or isn't there.</summary>
    /// <param name="directory">The directory of the gateway's published files.</param>
    /// <param name="baseImage">The base: a reference, or <c>oci:&lt;directory&gt;[:tag]</c>.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<LoadedGateway> EnsureAsync(string directory, string baseImage, CancellationToken cancellationToken)
    {
        var gateway = GatewayFiles.Find(directory);
        var platform = await EnginePlatform.AskAsync(engine, cancellationToken);
        var resolved = await new BaseImageResolver(dataDirectory, connector).ResolveAsync(baseImage, platform, cancellationToken);
        try
        {
            return await EnsureAsync(gateway, platform, resolved, cancellationToken);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw BakeErrors.WriteFailed(Layout, fault);
        }
    }

    private async Task<LoadedGateway> EnsureAsync(GatewayFiles gateway, Platform platform, BaseImage baseImage, CancellationToken cancellationToken)
    {
        using var readingBase = baseImage.Source.BeginReading(cancellationToken);
        var layout = OciLayout.OpenOrCreate(Layout);
        LoadedGateway made;
        using (StoreUse.Enter(layout.Directory, cancellationToken))
        {
            made = await BakeAndLoadAsync(layout, gateway, platform, baseImage, cancellationToken);
        }

        // The latest ones stay: a release beside this one may be loading the image it made.
        await StorePruning.KeepOnlyAsync(layout.Directory, new HashSet<Digest> { made.Digest }, Kept, cancellationToken);
        return made;
    }

    private async Task<LoadedGateway> BakeAndLoadAsync(OciLayout layout, GatewayFiles gateway, Platform platform, BaseImage baseImage, CancellationToken cancellationToken)
    {
        var layers = await WriteLayersAsync(layout, gateway, cancellationToken);
        var composed = Compose(platform, baseImage, layers, gateway.Version);
        var manifest = composed.Manifest(layout.WriteBlob(MediaTypes.Config, OciJson.Write(composed.Config())));
        var image = layout.WriteBlob(MediaTypes.Manifest, OciJson.Write(manifest));
        var name = EngineImages.NameOf(Repository, image.Digest);
        var id = await images.FindAsync(new ImageIdentity(manifest.Config.Digest, image.Digest), name, cancellationToken);
        if (id is null)
        {
            await CopyBaseAsync(layout, baseImage, cancellationToken);
            layout.SetReference(name.Tag!, image with { Platform = platform }, cancellationToken);
            layout.MakeNewest(name.Tag!, cancellationToken);
            id = await images.LoadAsync(layout, image.Digest, name, cancellationToken);
        }

        return new LoadedGateway($"{Repository}:{name.Tag}", id, image.Digest, baseImage.Digest);
    }

    private async Task<ImmutableArray<LayerRecord>> WriteLayersAsync(OciLayout layout, GatewayFiles gateway, CancellationToken cancellationToken)
    {
        var writer = new LayerWriter(layout, new LayerCache(Path.Combine(dataDirectory, "cache", "gateway", "layers")));
        var writing = gateway.Layers.Select(layer => writer.WriteAsync(layer, Root, cancellationToken));
        return [.. await Task.WhenAll(writing)];
    }

    private static async Task CopyBaseAsync(OciLayout layout, BaseImage baseImage, CancellationToken cancellationToken)
    {
        foreach (var layer in baseImage.Manifest.Layers)
        {
            await layout.CopyBlobAsync(baseImage.Source, layer, cancellationToken);
        }
    }

    // The base goes by its digest, in the history too: the same image under another name, or in another registry, is the same base.
    private static ComposedImage Compose(Platform platform, BaseImage baseImage, ImmutableArray<LayerRecord> layers, string? version)
    {
        var run = baseImage.Config.Config;
        var annotations = OciAnnotations.None.Add(OciAnnotations.Title, "ImmutableBuild gateway").Add(OciAnnotations.BaseDigest, baseImage.Digest.ToString());
        annotations = version is null ? annotations : annotations.Add(OciAnnotations.Version, version);
        return new ComposedImage
        {
            Platform = platform,
            Base = baseImage with { Name = baseImage.Digest.ToString() },
            Layers = layers,
            Created = baseImage.Config.Created ?? "2000-01-01T00:00:00Z",
            Annotations = annotations,
            Run = new RunConfig
            {
                User = ImageUser.Choose(null, run),
                Env = ImageEnvironment.Merge(run, [], new BakeOptions()),
                Entrypoint = ["dotnet", $"/{Root}/{GatewayFiles.Assembly}"],
                WorkingDir = $"/{Root}",
                Labels = (run?.Labels ?? OciAnnotations.None).SetItems(annotations),
                StopSignal = run?.StopSignal,
            },
        };
    }
}

/// <summary>The gateway's image in an engine.</summary>
/// <param name="Name">Its name there.</param>
/// <param name="Id">Its id there.</param>
/// <param name="Digest">The digest of its manifest.</param>
/// <param name="BaseDigest">The digest of its base's manifest.</param>
internal sealed record LoadedGateway(string Name, string Id, Digest Digest, Digest BaseDigest);
