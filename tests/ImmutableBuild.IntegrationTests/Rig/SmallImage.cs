using System.Collections.Immutable;
using System.Formats.Tar;
using System.IO.Compression;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Releases;
using ImmutableBuild.Scanning;

namespace ImmutableBuild.IntegrationTests.Rig;

/// <summary>A small image in a layout, baked and scanned by the record's word, and what stages need to go on from there.</summary>
internal sealed class SmallImage : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("immutable-image-").FullName;

    public SmallImage(params (string Name, string Content)[] files)
    {
        var tar = Tar(files);
        var layout = OciLayout.OpenOrCreate(Path.Combine(_directory, "layout"));
        var layer = layout.WriteBlob(MediaTypes.GzipLayer, Gzip(tar));
        var config = new ImageConfig { Architecture = "amd64", Os = "linux", Config = new RunConfig { User = "1654" }, RootFs = new RootFileSystem { DiffIds = [Digest.Of(tar)] } };
        var manifest = new ImageManifest { MediaType = MediaTypes.Manifest, Config = layout.WriteBlob(MediaTypes.Config, OciJson.Write(config)), Layers = [layer] };
        var written = layout.WriteBlob(MediaTypes.Manifest, OciJson.Write(manifest));
        Record = new ReleaseRecord
        {
            ReleaseId = "r1",
            App = new AppKey("shop", "staging"),
            Compile = new CompileRecord
            {
                Commit = CommitSha.Parse(new string('a', 40)), CommitTime = DateTimeOffset.UnixEpoch, Version = "1.0.0", Project = "Shop.csproj",
                Published = [new PublishRecord { Directory = "publish", RuntimeIdentifier = "linux-x64", SelfContained = true, EntryPoint = "Shop" }], SdkVersion = "10.0.100",
            },
            Bake = new BakeRecord { Layout = layout.Directory, Digest = written.Digest, MediaType = MediaTypes.Manifest, Images = [new PlatformImageRecord { Platform = "linux/amd64", Digest = written.Digest, User = "1654", Layers = [] }] },
            Scan = new ScanRecord
            {
                Image = written.Digest, Verdict = Verdicts.Pass, At = DateTimeOffset.UnixEpoch, Components = 0, Findings = ImmutableSortedDictionary<string, int>.Empty, SbomFiles = [Sbom(written.Digest)], SarifFile = "",
            },
        };
    }

    /// <summary>The record after Bake and Scan.</summary>
    public ReleaseRecord Record { get; }

    /// <summary>A context whose options <paramref name="change"/> completes.</summary>
    public StageContext Context(Func<ReleaseOptions, ReleaseOptions> change, Dictionary<string, string>? variables = null) => new(
        change(new ReleaseOptions { App = Record.App, DataDirectory = Path.Combine(_directory, "data") }), new Silent(), TimeProvider.System, name => variables?.GetValueOrDefault(name))
    {
        WorkDirectory = Directory.CreateDirectory(Path.Combine(_directory, "work")).FullName,
    };

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private string Sbom(Digest image)
    {
        var file = Path.Combine(_directory, "sbom.cdx.json");
        File.WriteAllText(file, $$$"""{"bomFormat":"CycloneDX","specVersion":"1.6","serialNumber":"urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79","version":1,"metadata":{"component":{"type":"container","bom-ref":"{{{image}}}","name":"shop"}},"components":[]}""");
        return file;
    }

    private static byte[] Tar((string Name, string Content)[] files)
    {
        var bytes = new MemoryStream();
        using (var writer = new TarWriter(bytes, TarEntryFormat.Ustar))
        {
            foreach (var (name, content) in files)
            {
                writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(content)) });
            }
        }

        return bytes.ToArray();
    }

    private static byte[] Gzip(byte[] content)
    {
        var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest))
        {
            gzip.Write(content);
        }

        return bytes.ToArray();
    }

    private sealed class Silent : IReporter
    {
        public void Started(StageName stage)
        {
        }

        public void Finished(StageName stage, TimeSpan elapsed, string summary)
        {
        }

        public void Detail(string message)
        {
        }

        public void Warn(Diagnostic warning)
        {
        }
    }
}
