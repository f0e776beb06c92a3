using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Images;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Tests.Releases;

/// <summary>A record with every part filled in, and a reporter that remembers.</summary>
internal static class SampleRecord
{
    public static readonly CommitSha Commit = CommitSha.Parse(new string('a', 40));
    private static readonly Digest Image = Digest.Of("image"u8);

    public static ReleaseRecord Compiled { get; } = new()
    {
        ReleaseId = "r1",
        App = new AppKey("shop", "dev"),
        Compile = new CompileRecord
        {
            Commit = Commit,
            CommitTime = DateTimeOffset.UnixEpoch,
            Version = "1.0.0",
            Project = "src/Shop/Shop.csproj",
            Published = [new PublishRecord { Directory = "/publish", RuntimeIdentifier = "linux-x64", SelfContained = true, EntryPoint = "Shop" }],
            SdkVersion = "10.0.100",
        },
    };

    public static ReleaseRecord Whole { get; } = Compiled with
    {
        Bake = new BakeRecord { Layout = "/layout", Digest = Image, MediaType = "m", Images = [new PlatformImageRecord { Platform = "linux/amd64", Digest = Image, User = "1654", Layers = [new LayerRecord("app", Image, Image, 1, 2, false)] }] },
        Scan = new ScanRecord { Image = Image, Verdict = "pass", At = DateTimeOffset.UnixEpoch, Components = 1, Findings = ImmutableSortedDictionary<string, int>.Empty, SbomFiles = ["s"], SarifFile = "r" },
        Sign = new SignRecord { Image = Image, SignatureManifest = Image, KeyId = "k", PublicKey = "p" },
        Push = new PushRecord { Repository = "local/shop", Tag = Commit.ToString(), Digest = Image, BytesSent = 3, AlreadyThere = false },
        Deploy = new DeployRecord { Spec = Spec, AlreadyLive = false },
        HealthGate = new HealthGateRecord { Live = Spec.Id, Url = "http://127.0.0.1:1", RequestsLost = 0 },
        DestroyOld = new DestroyOldRecord { Destroyed = [Spec.Id], Kept = [], RequestsLost = 0 },
        Elapsed = Enum.GetValues<StageName>().ToImmutableSortedDictionary(stage => stage, _ => TimeSpan.FromSeconds(1)),
    };

    public static GenerationSpec Spec => new()
    {
        App = new AppKey("shop", "dev"), Commit = Commit, Image = Image, Repository = "local/shop", Configuration = new RuntimeConfiguration(), Size = 1,
    };
}

/// <summary>Remembers what was reported.</summary>
internal sealed class RecordingReporter : IReporter
{
    public List<string> Lines { get; } = [];

    public void Started(StageName stage) => Lines.Add($"started {stage}");

    public void Finished(StageName stage, TimeSpan elapsed, string summary) => Lines.Add($"finished {stage}: {summary}");

    public void Detail(string message) => Lines.Add(message);

    public void Warn(Diagnostic warning) => Lines.Add($"warning {warning.Code}");
}
