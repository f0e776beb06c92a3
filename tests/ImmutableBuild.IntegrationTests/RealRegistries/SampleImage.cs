using System.Security.Cryptography;
using System.Text;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Registries;
using ImmutableBuild.Releases;

namespace ImmutableBuild.IntegrationTests.RealRegistries;

/// <summary>A small release of the time between Compile and Deploy, run by the stages themselves.</summary>
internal sealed class SampleImage(string directory, string? baseImage = null)
{
    public const string Commit = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    /// <summary>What it is baked upon; null for scratch.</summary>
    public string? BaseImage { get; init; } = baseImage;

    /// <summary>An archive that it is written to as well; null for none.</summary>
    public string? Archive { get; init; }

    /// <summary>The data directory, instead of one of its own.</summary>
    public string DataDirectory { get; init; } = Path.Combine(directory, "data");

    /// <summary>The work directory, instead of one of its own.</summary>
    public string WorkDirectory { get; init; } = Path.Combine(directory, "work");

    /// <summary>Writes files as Publish would and bakes them, for each of the runtimes.</summary>
    public async Task<ReleaseRecord> BakeAsync(IEnumerable<(string Path, byte[] Content)> files, CancellationToken cancellationToken, params string[] runtimes)
    {
        var publish = Path.Combine(directory, "out");
        foreach (var (path, content) in files)
        {
            var file = Path.Combine(publish, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllBytesAsync(file, content, cancellationToken);
        }

        var record = new ReleaseRecord
        {
            ReleaseId = "r1",
            App = new AppKey("web", "dev"),
            Compile = new CompileRecord
            {
                Commit = CommitSha.Parse(Commit),
                CommitTime = new DateTimeOffset(2026, 11, 20, 10, 11, 12, TimeSpan.Zero),
                Version = "1.2.3",
                Project = "Web.csproj",
                Published = [.. (runtimes is [] ? ["linux-x64"] : runtimes).Select(runtime => new PublishRecord { Directory = publish, RuntimeIdentifier = runtime, SelfContained = true, EntryPoint = "Web" })],
                SdkVersion = "10.0.100",
            },
        };
        return (await new BakeStage().RunAsync(record, Context(null), cancellationToken)).Record;
    }

    /// <summary>Puts a signature's manifest into the layout, as Sign does.</summary>
    public static ReleaseRecord Sign(ReleaseRecord record)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var layout = OciLayout.Open(record.Bake!.Layout);
        var payload = Encoding.UTF8.GetBytes($"payload for {record.Bake.Digest}");
        var layer = layout.WriteBlob("application/vnd.dev.cosign.simplesigning.v1+json", payload);
        var config = new ImageConfig { Architecture = "", Os = "", RootFs = new RootFileSystem { DiffIds = [layer.Digest] } };
        var manifest = new ImageManifest { MediaType = MediaTypes.Manifest, Config = layout.WriteBlob(MediaTypes.Config, OciJson.Write(config)), Layers = [layer] };
        var written = layout.WriteBlob(MediaTypes.Manifest, OciJson.Write(manifest));
        layout.SetReference($"sha256-{record.Bake.Digest.Hex}.sig", written, CancellationToken.None);
        return record with
        {
            Sign = new SignRecord { Image = record.Bake.Digest, SignatureManifest = written.Digest, KeyId = "k", PublicKey = key.ExportSubjectPublicKeyInfoPem() },
        };
    }

    public async Task<PushRecord> PushAsync(ReleaseRecord record, string? registry, CancellationToken cancellationToken) =>
        (await PushWithSummaryAsync(record, registry, cancellationToken)).Record.Push!;

    /// <summary>As above, with what is told of it.</summary>
    public Task<StageResult> PushWithSummaryAsync(ReleaseRecord record, string? registry, CancellationToken cancellationToken) =>
        new PushStage().RunAsync(record, Context(registry), cancellationToken);

    /// <summary>What a stage needs, to go on with a registry; null for the embedded store.</summary>
    public StageContext Context(string? registry) => new(
        new ReleaseOptions
        {
            App = new AppKey("web", "dev"),
            DataDirectory = DataDirectory,
            Push = new PushOptions { Registry = registry },
            Bake = new BakeOptions { Repository = "me/web", BaseImage = BaseImage, Archive = Archive },
        },
        new Silent(), TimeProvider.System, static _ => null)
    {
        WorkDirectory = Directory.CreateDirectory(WorkDirectory).FullName,
    };

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
