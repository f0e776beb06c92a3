using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Drift;
using ImmutableBuild.Images;
using ImmutableBuild.Releases;
using ImmutableBuild.Releases.Options;
using ImmutableBuild.Scanning;
using ImmutableBuild.Shells;

namespace ImmutableBuild.NukeBuilds;

/// <summary>Says what it is asked for, one line each, and keeps a record in a file, as a release does. FAILING_STAGE fails with a refusal that has a secret in it.</summary>
internal sealed class ToldRelease : IProjectRelease
{
    private static readonly Digest Image = Digest.Of([1, 2, 3]);

    private readonly ProjectReleaseRequest _request;
    private readonly ReleaseRecordFile _file;

    public ToldRelease(ProjectReleaseRequest request, bool compile)
    {
        _request = request;
        _file = new ReleaseRecordFile(Path.Combine(Path.GetDirectoryName(request.ProjectFile)!, "obj", "immutable"));
        Options = ReleaseOptionsParser.Parse(new RawOptions
        {
            Project = new ProjectFacts("App", Path.GetDirectoryName(request.ProjectFile)!, ListensOnHttp: true),
            Properties = request.Settings.Properties.ToImmutableDictionary(StringComparer.OrdinalIgnoreCase),
            ReadVariable = request.ReadVariable,
        });
        foreach (var (name, value) in request.Settings.Properties)
        {
            Console.WriteLine($"set {name}={value}");
        }

        if (compile)
        {
            Tell("Compile", null);
            _file.WriteAsync(ReleaseChain.Begin("release", Options, Compiled(), TimeSpan.FromSeconds(1)), CancellationToken.None).GetAwaiter().GetResult();
        }
    }

    public ReleaseOptions Options { get; }

    public string ReportFile => "release.html";

    public Task<ReleaseRecord> ReadRecordAsync(CancellationToken cancellationToken) => _file.ReadAsync(cancellationToken);

    public async Task<ReleaseRecord> RunAsync(StageName stage, bool keepsLease, CancellationToken cancellationToken)
    {
        Tell(stage.ToString(), keepsLease ? "keeps the lease" : null);
        var record = ReleaseChain.ClearFrom(await ReadRecordAsync(cancellationToken), stage);
        ReleaseChain.RequireEarlier(record, stage);
        if (Environment.GetEnvironmentVariable("FAILING_STAGE") == stage.ToString())
        {
            throw new ImmutableBuildException(new Diagnostic(ErrorCatalogue.Find("IMB5001")!, $"the registry says: who is {Secret}?"));
        }

        if (Environment.GetEnvironmentVariable("HANGING") == stage.ToString())
        {
            Console.WriteLine($"{stage} waits");
            try
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            finally
            {
                Console.WriteLine($"{stage} puts everything right");
            }
        }

        record = With(record, stage);
        await _file.WriteAsync(record, cancellationToken);
        _request.Reporter.Finished(stage, TimeSpan.FromSeconds(2), $"did it with {Secret}");
        return record;
    }

    public Task<ImmutableArray<string>> EndAsync(CancellationToken cancellationToken) => Task.FromResult(ImmutableArray.Create("App -> http://127.0.0.1:1"));

    public async Task<RouteBackResult> RouteBackAsync(string? failedCheck, CancellationToken cancellationToken)
    {
        Tell("RouteBack", failedCheck);
        var record = await ReadRecordAsync(cancellationToken);
        await _file.WriteAsync(ReleaseChain.ClearFrom(record, StageName.Deploy), cancellationToken);
        return new RouteBackResult(record.HealthGate is null ? RouteBackKind.GivenUp : RouteBackKind.RoutedBack, Old, 0);
    }

    public Task<RollbackResult> RollbackAsync(CancellationToken cancellationToken)
    {
        Tell("Rollback", Options.RollbackTo?.ToString());
        throw DestroyErrors.NothingToRollBackTo(Options.App, Old, 0);
    }

    public async Task<ReleaseRecord> PromoteAsync(CancellationToken cancellationToken)
    {
        Tell("Promote", Options.Promote.From);
        return With(With(ReleaseChain.Begin("release", Options, Compiled(), TimeSpan.Zero), StageName.Deploy), StageName.HealthGate);
    }

    public Task<Status> StatusAsync(CancellationToken cancellationToken) => Task.FromResult(new Status(Options.App, DateTimeOffset.UnixEpoch, "http://127.0.0.1:1", Old, true, [], null, null));

    public Task<DriftReport> DriftAsync(CancellationToken cancellationToken) => Task.FromResult(new DriftReport(Options.App, DateTimeOffset.UnixEpoch, Old, [], null));

    public Task<IReadOnlyList<GenerationId>> StopAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<GenerationId>>([Old]);

    public Task RescanAsync(Action<ScanAnswer> found, CancellationToken cancellationToken)
    {
        Tell("Rescan", null);
        return Task.CompletedTask;
    }

    private static GenerationId Old => GenerationId.Parse("0123456789ab-00000001");

    private string? Secret => _request.ReadVariable("APP_KEY");

    private static void Tell(string what, string? more) => Console.WriteLine($"asked for {what}{(more is null ? "" : $", {more}")}");

    private static CompileRecord Compiled() => new()
    {
        Commit = CommitSha.Parse(new string('a', 40)),
        CommitTime = DateTimeOffset.UnixEpoch,
        Version = "1.0.0",
        Project = "App.csproj",
        Published = [],
        SdkVersion = "10.0.100",
    };

    private ReleaseRecord With(ReleaseRecord record, StageName stage)
    {
        var spec = new GenerationSpec
        {
            App = Options.App,
            Commit = record.Compile.Commit,
            Image = Image,
            Repository = "local/app",
            Configuration = Options.Runtime,
            Size = 1,
        };
        return stage switch
        {
            StageName.Bake => record with { Bake = new BakeRecord { Layout = "image", Digest = Image, MediaType = "application/vnd.oci.image.manifest.v1+json", Images = [] } },
            StageName.Scan => record with { Scan = new ScanRecord { Image = Image, Verdict = "pass", At = DateTimeOffset.UnixEpoch, Components = 3, Findings = ImmutableSortedDictionary<string, int>.Empty, SbomFiles = [], SarifFile = "scan.sarif" } },
            StageName.Sign => record with { Sign = new SignRecord { Image = Image, SignatureManifest = Image, KeyId = "key", PublicKey = "PEM" } },
            StageName.Push => record with { Push = new PushRecord { Repository = "local/app", Tag = record.Compile.Commit.ToString(), Digest = Image, BytesSent = 1, AlreadyThere = false } },
            StageName.Deploy => record with { Deploy = new DeployRecord { Spec = spec, AlreadyLive = false } },
            StageName.HealthGate => record with { HealthGate = new HealthGateRecord { Live = spec.Id, Replaced = Old, Url = "http://127.0.0.1:1", RequestsLost = 0 } },
            StageName.DestroyOld => record with { DestroyOld = new DestroyOldRecord { Destroyed = [Old], Kept = [], RequestsLost = 0 } },
            _ => throw new ArgumentOutOfRangeException(nameof(stage), stage, null),
        };
    }
}
