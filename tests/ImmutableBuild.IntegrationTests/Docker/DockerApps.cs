using System.Collections.Immutable;
using System.Text;
using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Images;
using ImmutableBuild.Generations;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Bases;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.IntegrationTests.Local;
using ImmutableBuild.IntegrationTests.Rig;
using ImmutableBuild.Registries;
using ImmutableBuild.Releases;

namespace ImmutableBuild.IntegrationTests.Docker;

/// <summary>The gateway and the test app as images for an engine, made upon the rig's base once for all tests.</summary>
public sealed class DockerApps : IAsyncLifetime
{
    private const string Repository = "localhost:5000/immutable-build-test/testapp";

    private readonly string _directory = Directory.CreateTempSubdirectory("immutable-docker-apps-").FullName;
    private readonly RegistryConnector _connector = new(new PushOptions(), static _ => null, TimeProvider.System);
    private readonly SemaphoreSlim _one = new(1, 1);
    // Marks the images as these tests' own. Images are removed by releases when nothing runs them: with other tests' images the same, one could be removed that was just brought here.
    private readonly string _mark = Guid.NewGuid().ToString("N");
    private readonly OciLayout _layout;
    private BaseImage? _base;

    public DockerApps() => _layout = OciLayout.OpenOrCreate(Path.Combine(_directory, "layout"));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        if (await RigRegistry.IsThereAsync())
        {
            _base = await new BaseImageResolver(_directory, _connector).ResolveAsync(RigRegistry.AspNet, new Platform { Os = "linux", Architecture = HostArchitecture }, Token);
        }
    }

    public ValueTask DisposeAsync()
    {
        _connector.Dispose();
        _one.Dispose();
        Directory.Delete(_directory, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>A generation of the test app.</summary>
    internal GenerationSpec Spec(AppKey app, int version, int instances, params (string Name, string Value)[] behaviour) => new()
    {
        App = app,
        Commit = CommitSha.Parse(version.ToString("x40")),
        Image = Write(version),
        Repository = Repository,
        Size = instances,
        Configuration = new RuntimeConfiguration
        {
            Instances = instances,

            // The machine may be so busy that a healthy app is late.
            Probe = Probe.Default with { Timeout = TimeSpan.FromSeconds(10) },

            // A drain ends with the last request; on a busy machine one of a moment may take much longer.
            DrainTimeout = TimeSpan.FromMinutes(1),
            StopGrace = TimeSpan.FromSeconds(2),
            Environment = behaviour.ToImmutableSortedDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal),
        },
    };

    internal async Task<string> EnsureImageAsync(IDockerClient client, GenerationSpec spec, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            var content = await _layout.ReadManifestContentAsync(spec.Image, cancellationToken);
            await CopyBaseAsync(cancellationToken);
            await new ImageTransfer(_layout, Open(RegistryAccess.Push)).PushAsync(spec.Image.Hex, content, cancellationToken);
            return await new EngineImages(client, _ => Open(RegistryAccess.Pull), Credentials).EnsureAsync(Repository, spec.Image, cancellationToken);
        }
        finally
        {
            _one.Release();
        }
    }

    internal Task<string?> FindImageAsync(IDockerClient client, GenerationSpec spec, CancellationToken cancellationToken) =>
        new EngineImages(client, _ => Open(RegistryAccess.Pull), Credentials).LookAsync(Repository, spec.Image, cancellationToken);

    internal async Task<string> EnsureGatewayAsync(IDockerClient client, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            var images = new EngineImages(client, _ => Open(RegistryAccess.Pull), Credentials);
            return (await new GatewayImage(_directory, client, images, _connector).EnsureAsync(AppContext.BaseDirectory, RigRegistry.AspNet, cancellationToken)).Id;
        }
        finally
        {
            _one.Release();
        }
    }

    internal Task<string> EnsureToolsAsync(IDockerClient client, string reference, CancellationToken cancellationToken) =>
        new EngineImages(client, _ => Open(RegistryAccess.Pull), Credentials).EnsureTaggedAsync(ImageReference.Parse(reference), cancellationToken);

    internal void SkipUnlessThere() => Assert.SkipWhen(_base is null, $"No registry with {RigRegistry.AspNet} answers (tests/rig/docker.sh).");

    private static RegistryCredentials Credentials => new(new PushOptions(), static _ => null);

    private static string HostArchitecture => System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "amd64";

    private IImageStore Open(RegistryAccess access) => ImageStores.Open(Repository, _directory, _connector, access);

    private Digest Write(int version)
    {
        byte[][] layers = [TestAppImages.App, TestAppImages.Layer([("version.txt", Encoding.UTF8.GetBytes($"{version}")), ("mark.txt", Encoding.UTF8.GetBytes(_mark))])];
        var written = layers.Select((layer, number) => (DiffId: Digest.Of(layer), Blob: _layout.WriteBlob(MediaTypes.GzipLayer, TestAppImages.Gzip(layer)), Name: $"{number}"));
        var composed = new ComposedImage
        {
            Platform = new Platform { Os = "linux", Architecture = HostArchitecture },
            Base = _base,
            Layers = [.. written.Select(layer => new LayerRecord(layer.Name, layer.Blob.Digest, layer.DiffId, layer.Blob.Size, 1, false))],
            Created = "2026-01-01T00:00:00Z",
            Annotations = OciAnnotations.None,
            Run = new RunConfig { Entrypoint = ["/app/ImmutableBuild.TestApp"], WorkingDir = "/app", User = "1654", Env = _base!.Config.Config!.Env },
        };
        var manifest = composed.Manifest(_layout.WriteBlob(MediaTypes.Config, OciJson.Write(composed.Config())));
        return _layout.WriteBlob(MediaTypes.Manifest, OciJson.Write(manifest)).Digest;
    }

    private async Task CopyBaseAsync(CancellationToken cancellationToken)
    {
        foreach (var layer in _base!.Manifest.Layers)
        {
            await _layout.CopyBlobAsync(_base.Source, layer, cancellationToken);
        }
    }
}
