using System.IO.Compression;
using System.Text;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.IntegrationTests.Rig;
using ImmutableBuild.Registries;

namespace ImmutableBuild.IntegrationTests.Docker;

/// <summary>A small image of a test's own that runs, pushed as a release pushes one, and gone from the engine afterwards.</summary>
internal sealed class StoredImage : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("immutable-stored-").FullName;
    private readonly DockerBed _bed;
    private readonly OciLayout _layout;
    private readonly RegistryConnector _connector;
    private readonly PushOptions _options;

    private StoredImage(DockerBed bed, PushOptions options, bool forTwoPlatforms)
    {
        (_bed, _options) = (bed, options);
        _connector = new RegistryConnector(options, ReadVariable, TimeProvider.System);
        _layout = OciLayout.OpenOrCreate(Path.Combine(_directory, "layout"));
        var layer = BusyboxImage.Layer(SystemProgram.Find("busybox")!);
        var config = new ImageConfig
        {
            Architecture = "amd64",
            Os = "linux",
            Config = new RunConfig { User = "1654", Env = ["PATH=/bin"], Cmd = ["cat", "/name"], Labels = OciAnnotations.None.Add("made-by", bed.Name) },
            RootFs = new RootFileSystem { DiffIds = [Digest.Of(layer), Digest.Of(Name)] },
        };
        Manifest = new ImageManifest
        {
            MediaType = MediaTypes.Manifest,
            Config = _layout.WriteBlob(MediaTypes.Config, OciJson.Write(config)),
            Layers = [_layout.WriteBlob(MediaTypes.GzipLayer, Gzip(layer)), _layout.WriteBlob(MediaTypes.TarLayer, Name)],
        };
        var written = _layout.WriteBlob(MediaTypes.Manifest, OciJson.Write(Manifest));
        Digest = forTwoPlatforms ? WriteIndex(written, config) : written.Digest;
    }

    public Digest Digest { get; }

    public ImageManifest Manifest { get; }

    /// <summary>What the engine has to call it.</summary>
    public string Id => Manifest.Config.Digest.ToString();

    public string DataDirectory => Path.Combine(_directory, "data");

    public RegistryCredentials Credentials => new(_options, ReadVariable);

    // A layer of this test alone, so that the engine can't have it: a file with the bed's name. It is not compressed, which a layer may be.
    private byte[] Name
    {
        get
        {
            var bytes = new MemoryStream();
            var content = Encoding.UTF8.GetBytes(_bed.Name);
            var writer = new ImmutableBuild.Images.Tar.TarWriter(bytes);
            writer.File("name", 0x1A4, DateTimeOffset.UnixEpoch, content.Length, new MemoryStream(content));
            writer.End();
            return bytes.ToArray();
        }
    }

    /// <summary>Pushes it to <paramref name="repository"/>: <c>local/app</c>, or one of a registry, which asks for the credential of <paramref name="options"/>; with one for another platform beside it where that is wanted.</summary>
    public static async Task<StoredImage> PushAsync(DockerBed bed, string repository, PushOptions? options = null, bool forTwoPlatforms = false)
    {
        var image = new StoredImage(bed, options ?? new PushOptions(), forTwoPlatforms);
        var store = ImageStores.Open(repository, image.DataDirectory, image._connector, RegistryAccess.Push);
        var content = await image._layout.ReadManifestContentAsync(image.Digest, TestContext.Current.CancellationToken);
        await new ImageTransfer(image._layout, store).PushAsync("1", content, TestContext.Current.CancellationToken);
        return image;
    }

    public IImageSource Open(string repository) => ImageStores.Open(repository, DataDirectory, _connector, RegistryAccess.Pull);

    /// <summary>The file of a blob in the embedded store.</summary>
    public string BlobFile(string app, Digest blob) => Path.Combine(DataDirectory, "store", app, "blobs", "sha256", blob.Hex);

    public async ValueTask DisposeAsync()
    {
        if (await EngineWitness.HasAsync(_bed.Client, Id))
        {
            await _bed.DisposeAsync();
            await _bed.Client.Images.DeleteImageAsync(Id, new() { Force = true }, CancellationToken.None);
        }

        _connector.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private Digest WriteIndex(Descriptor image, ImageConfig config)
    {
        var other = Manifest with { Config = _layout.WriteBlob(MediaTypes.Config, OciJson.Write(config with { Architecture = "s390x" })) };
        return _layout.WriteBlob(MediaTypes.Index, OciJson.Write(new ImageIndex
        {
            MediaType = MediaTypes.Index,
            Manifests =
            [
                _layout.WriteBlob(MediaTypes.Manifest, OciJson.Write(other)) with { Platform = new Platform { Os = "linux", Architecture = "s390x" } },
                image with { Platform = new Platform { Os = "linux", Architecture = "amd64" } },
            ],
        })).Digest;
    }

    private static string? ReadVariable(string name) => name switch
    {
        "TEST_USER" => "puller",
        "TEST_PASSWORD" => DockerRegistry.Password,
        _ => null,
    };

    private static byte[] Gzip(byte[] content)
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
        {
            gzip.Write(content);
        }

        return compressed.ToArray();
    }
}
