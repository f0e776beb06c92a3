using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Images;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Tests.Reports;

/// <summary>Records of releases that ended in different ways, made by hand.</summary>
internal static class SampleReleases
{
    private static readonly CommitSha Commit = CommitSha.Parse("3f2a9c41d07be85512aa6fd4c0c7e913b8a6d2e4");
    private static readonly RuntimeConfiguration Configuration = new();
    private static readonly GenerationId Old = GenerationId.Parse("91be07c2aa14-5e0c77d1");

    public static ErrorDescriptor GateError { get; } = new(
        "IMB7999", "The new generation never became healthy",
        "An instance did not pass its probes in time.",
        "Look at its last log lines below, mend the app, and release again.");

    /// <summary>Only Compile and Bake were asked for.</summary>
    public static ReleaseRecord Baked() => new()
    {
        ReleaseId = "01JD0XE7",
        App = new AppKey("web", "production"),
        Compile = new CompileRecord
        {
            Commit = Commit,
            CommitTime = new DateTimeOffset(2026, 11, 20, 21, 4, 0, TimeSpan.FromHours(1)),
            Branch = "main",
            RepositoryUrl = "https://example.com/shop.git",
            Version = "1.4.0",
            Project = "samples/WebApi/WebApi.csproj",
            Published = [new PublishRecord { Directory = "obj/immutable/publish", RuntimeIdentifier = "linux-x64", SelfContained = true, EntryPoint = "WebApi" }],
            SdkVersion = "10.0.401",
        },
        Bake = new BakeRecord
        {
            Layout = "obj/immutable/image",
            Digest = Sha("image"),
            MediaType = "application/vnd.oci.image.manifest.v1+json",
            Images =
            [
                new PlatformImageRecord
                {
                    Platform = "linux/amd64",
                    Digest = Sha("image"),
                    User = "1654",
                    Layers =
                    [
                        new LayerRecord("runtime", Sha("runtime"), Sha("runtime-diff"), 31_408_112, 214, Reused: true),
                        new LayerRecord("packages", Sha("packages"), Sha("packages-diff"), 2_204_871, 9, Reused: true),
                        new LayerRecord("app", Sha("app"), Sha("app-diff"), 48_310, 6, Reused: false),
                    ],
                },
            ],
        },
        Elapsed = Times((StageName.Compile, 5230), (StageName.Bake, 812)),
    };

    /// <summary>The whole chain, a canary, under traffic.</summary>
    public static ReleaseRecord Live() => Deployed() with
    {
        HealthGate = new HealthGateRecord
        {
            Live = Spec().Id,
            Replaced = Old,
            Url = "http://127.0.0.1:8080",
            RequestsLost = 0,
            SwitchTime = TimeSpan.FromMilliseconds(3.4),
            Decisions =
            [
                "2 of 2 instances healthy 3 times in a row after 0.9 s",
                "route 10 %: Pass (1,204 requests, success 100 % against 100 %, p99 5.4 ms against 4.8 ms, p = 0.31)",
                "route 100 %: the serving path answered 3 times as the new generation",
                "soaked for 2 s: no failed probe",
            ],
            OldLatency = Histogram(centre: 24, spread: 5, total: 11_834),
            NewLatency = Histogram(centre: 22, spread: 4, total: 1_204),
        },
        DestroyOld = new DestroyOldRecord { Destroyed = [Old], Kept = [], RequestsLost = 0 },
        Elapsed = Times((StageName.Compile, 5230), (StageName.Bake, 812), (StageName.Scan, 304), (StageName.Sign, 12), (StageName.Push, 41), (StageName.Deploy, 355), (StageName.HealthGate, 66_120), (StageName.DestroyOld, 1_020)),
    };

    /// <summary>The gate refused.</summary>
    public static (ReleaseRecord Record, ImmutableArray<Diagnostic> Diagnostics) Failed() =>
        (Deployed(), [new Diagnostic(GateError, "Instance 0 of 3f2a9c41d07b-0c1d2e3f answered 503 on /health for 60 s and then exited with code 134.\nIts last lines:\n  Unhandled exception. Npgsql.NpgsqlException: Failed to connect to 127.0.0.1:5432\n     at Shop.Start()")]);

    /// <summary>Every text that comes from outside tries to be markup.</summary>
    public static (ReleaseRecord Record, ImmutableArray<Diagnostic> Diagnostics) Hostile()
    {
        const string Attack = "\"><script>alert(1)</script> [x](javascript:alert(1)) `a` |b| *c* \u001b[31m\nnext";
        var live = Live();
        var record = live with
        {
            ReleaseId = Attack,
            Compile = live.Compile with { Branch = Attack, Version = Attack, Dirty = true },
            Bake = live.Bake! with { BaseName = Attack, Images = [live.Bake.Images[0] with { User = Attack, Platform = Attack, Layers = [live.Bake.Layers[0] with { Name = Attack }] }] },
            Scan = live.Scan! with { Verdict = Attack, Details = [new ScanFindingRecord(Attack, Attack, Attack, Attack) { Fix = Attack, Origin = Attack }], Sources = [new ScanSourceRecord(Attack, null)] },
            Sign = live.Sign! with { KeyId = Attack },
            Push = live.Push! with { Repository = Attack, Tag = Attack },
            HealthGate = live.HealthGate! with { Url = "javascript:alert(1)", Decisions = [Attack] },
        };
        return (record, [new Diagnostic(GateError with { Title = Attack, Cause = Attack, Cure = Attack }, Attack + "\n```\nescaped?", Location: new SourceLocation(Attack, 3, 7))]);
    }

    private static ReleaseRecord Deployed() => Baked() with
    {
        Scan = new ScanRecord
        {
            Image = Sha("image"),
            Verdict = "pass",
            At = new DateTimeOffset(2026, 11, 20, 20, 30, 0, TimeSpan.Zero),
            Components = 231,
            Findings = ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, [KeyValuePair.Create("medium", 1), KeyValuePair.Create("low", 1)]),
            Details =
            [
                new ScanFindingRecord("GHSA-5crp-9r3c-p9vr", "medium", "pkg:nuget/Newtonsoft.Json@12.0.3", "Improper handling of exceptional conditions; fixed in 13.0.1") { Fix = "13.0.1", Origin = "own" },
                new ScanFindingRecord("content/setuid", "low", "/usr/bin/chage", "The file runs with its owner's rights") { Origin = "base" },
            ],
            Dismissed = 1,
            Sources = [new ScanSourceRecord("/srv/osv", new DateTimeOffset(2026, 11, 17, 6, 0, 0, TimeSpan.Zero))],
            SbomFiles = ["obj/immutable/sbom.cdx.json"],
            SarifFile = "obj/immutable/scan.sarif",
        },
        Sign = new SignRecord { Image = Sha("image"), SignatureManifest = Sha("signature"), KeyId = "gk0W3N0dG7dPzPTxKZm1o6TqX9nYhD1cQf1m5b3mJ3A=", PublicKey = "" },
        Push = new PushRecord { Repository = "local/web", Tag = Commit.ToString(), Digest = Sha("image"), BytesSent = 48_310, AlreadyThere = false },
        Deploy = new DeployRecord { Spec = Spec(), AlreadyLive = false, Serving = Old },
        Elapsed = Times((StageName.Compile, 5230), (StageName.Bake, 812), (StageName.Scan, 304), (StageName.Sign, 12), (StageName.Push, 41), (StageName.Deploy, 355), (StageName.HealthGate, 60_412)),
    };

    private static GenerationSpec Spec() => new()
    {
        App = new AppKey("web", "production"),
        Commit = Commit,
        Image = Sha("image"),
        Repository = "local/web",
        Configuration = Configuration,
        Size = 2,
    };

    private static LatencyHistogram Histogram(int centre, int spread, long total)
    {
        var shares = Enumerable.Range(0, LatencyHistogram.BucketCount).Select(bucket => Math.Exp(-Math.Pow((bucket - centre) / (double)spread, 2)) + (bucket is > 30 and < 40 ? 0.004 : 0)).ToArray();
        return new LatencyHistogram([.. shares.Select(share => (long)(share / shares.Sum() * total))]);
    }

    private static Digest Sha(string text) => Digest.Of(System.Text.Encoding.UTF8.GetBytes(text));

    private static ImmutableSortedDictionary<StageName, TimeSpan> Times(params (StageName Stage, int Milliseconds)[] times) =>
        times.ToImmutableSortedDictionary(time => time.Stage, time => TimeSpan.FromMilliseconds(time.Milliseconds));
}
