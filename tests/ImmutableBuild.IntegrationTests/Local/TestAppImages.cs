using System.Formats.Tar;
using System.IO.Compression;
using System.Reflection;
using System.Text;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Local.Launch;

namespace ImmutableBuild.IntegrationTests.Local;

/// <summary>Images of the test app: one layer with its build output, and one with the version, so that versions share all but one file.</summary>
internal sealed class TestAppImages(string directory)
{
    private const UnixFileMode Plain = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Program = Plain | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const string AppName = "ImmutableBuild.TestApp";

    /// <summary>The layer with the build output.</summary>
    public static byte[] App { get; } = Layer(Directory.GetFiles(BuildOutput).Order(StringComparer.Ordinal)
        .Select(file => (Path.GetFileName(file), File.ReadAllBytes(file))));

    public OciLayout Layout { get; } = OciLayout.OpenOrCreate(directory);

    /// <summary>Where the test app was built to.</summary>
    public static string BuildOutput => typeof(TestAppImages).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(data => data.Key == "TestAppDirectory").Value!;

    /// <summary>The digest of the image of <paramref name="version"/>.</summary>
    public Digest Write(int version)
    {
        byte[][] layers = [App, Layer([("version.txt", Encoding.UTF8.GetBytes($"{version}"))])];
        var config = new ImageConfig
        {
            Architecture = HostPlatform.ArchitectureName,
            Os = HostPlatform.OperatingSystemName,
            Config = new RunConfig { Entrypoint = [$"/app/{AppName}"], WorkingDir = "/app", User = "1654" },
            RootFs = new RootFileSystem { DiffIds = [.. layers.Select(layer => Digest.Of(layer))] },
        };
        var manifest = new ImageManifest
        {
            MediaType = MediaTypes.Manifest,
            Config = Layout.WriteBlob(MediaTypes.Config, OciJson.Write(config)),
            Layers = [.. layers.Select(layer => Layout.WriteBlob(MediaTypes.GzipLayer, Gzip(layer)))],
        };
        return Layout.WriteBlob(MediaTypes.Manifest, OciJson.Write(manifest)).Digest;
    }

    public static byte[] Layer(IEnumerable<(string Name, byte[] Content)> files)
    {
        var archive = new MemoryStream();
        using (var writer = new TarWriter(archive, leaveOpen: true))
        {
            foreach (var (name, content) in files)
            {
                writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, $"app/{name}")
                {
                    Mode = name == AppName ? Program : Plain,
                    ModificationTime = DateTimeOffset.UnixEpoch,
                    DataStream = new MemoryStream(content),
                });
            }
        }

        return archive.ToArray();
    }

    public static byte[] Gzip(byte[] content)
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
        {
            gzip.Write(content);
        }

        return compressed.ToArray();
    }
}
