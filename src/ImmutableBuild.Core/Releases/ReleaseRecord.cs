using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Rollouts;
using ImmutableBuild.Images;

namespace ImmutableBuild.Releases;

/// <summary>
/// <c>obj/immutable/release.json</c>: what each stage found and made. The only thing handed from stage to stage, so that
/// any stage can run in another process or job. Each stage fills in its own part and clears those after it.
/// </summary>
public sealed record ReleaseRecord
{
    /// <summary>The version of this form that the code writes and reads.</summary>
    public const int CurrentSchema = 1;

    /// <summary>The version of the file's form.</summary>
    public int Schema { get; init; } = CurrentSchema;

    /// <summary>A new random id for each run of Compile; names the release in lease and ledger.</summary>
    public required string ReleaseId { get; init; }

    /// <summary>What is released, and where for.</summary>
    public required AppKey App { get; init; }

    /// <summary>Its options that were set, by name, as they were written (<see cref="ReleaseOptions.Given"/>): for those who look after the app later.</summary>
    public ImmutableSortedDictionary<string, string> Options { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The source, and what was published from it.</summary>
    public required CompileRecord Compile { get; init; }

    /// <summary>Where the image comes from, when it was promoted: the record goes on with Deploy then. Null for a release.</summary>
    public PromoteRecord? Promoted { get; init; }

    /// <summary>The image.</summary>
    public BakeRecord? Bake { get; init; }

    /// <summary>What the scanner found.</summary>
    public ScanRecord? Scan { get; init; }

    /// <summary>The signature.</summary>
    public SignRecord? Sign { get; init; }

    /// <summary>Where the image went.</summary>
    public PushRecord? Push { get; init; }

    /// <summary>The generation.</summary>
    public DeployRecord? Deploy { get; init; }

    /// <summary>The gate's verdict, and the switch.</summary>
    public HealthGateRecord? HealthGate { get; init; }

    /// <summary>What was destroyed.</summary>
    public DestroyOldRecord? DestroyOld { get; init; }

    /// <summary>Requests lost from before the switch until what it replaced was gone; null where nobody counted them all.</summary>
    [JsonIgnore]
    public long? RequestsLost => (HealthGate is { } gate ? gate.RequestsLost : 0) + (DestroyOld is { } destroyed ? destroyed.RequestsLost : 0);

    /// <summary>Each stage's duration.</summary>
    public ImmutableSortedDictionary<StageName, TimeSpan> Elapsed { get; init; } = ImmutableSortedDictionary<StageName, TimeSpan>.Empty;
}

/// <summary>The source, and what was published from it.</summary>
public sealed record CompileRecord
{
    /// <summary>The commit.</summary>
    public required CommitSha Commit { get; init; }

    /// <summary>The commit's committer time; every time stamp in the image is this one.</summary>
    public required DateTimeOffset CommitTime { get; init; }

    /// <summary>The working tree had changes (only with <c>ImmutableAllowDirty</c>).</summary>
    public bool Dirty { get; init; }

    /// <summary>The branch; null for a detached HEAD.</summary>
    public string? Branch { get; init; }

    /// <summary>The remote's URL without credentials; null where there is none.</summary>
    public string? RepositoryUrl { get; init; }

    /// <summary>The project's <c>Version</c>; empty where an image was promoted that doesn't say.</summary>
    public required string Version { get; init; }

    /// <summary>The project file, relative to the repository's root, '/' between parts.</summary>
    public required string Project { get; init; }

    /// <summary>What was published, for each runtime; nothing where a Dockerfile makes the image.</summary>
    public required ImmutableArray<PublishRecord> Published { get; init; }

    /// <summary>The SDK that built it; empty where an image was promoted.</summary>
    public required string SdkVersion { get; init; }

    /// <summary>What it follows from (<see cref="EarlierPublish.InputsOf"/>); null where more than the commit decides, such as uncommitted changes.</summary>
    public Digest? Inputs { get; init; }
}

/// <summary>The image.</summary>
public sealed record BakeRecord
{
    /// <summary>The OCI image layout that holds it (OCI image-spec, image-layout).</summary>
    public required string Layout { get; init; }

    /// <summary>The digest of its manifest; of the index that lists them where it is for several platforms.</summary>
    public required Digest Digest { get; init; }

    /// <summary>The media type of what the digest names.</summary>
    public required string MediaType { get; init; }

    /// <summary>The file it was written to as well, for <c>docker load</c>; null for none.</summary>
    public string? Archive { get; init; }

    /// <summary>The base image's reference as asked for; null for scratch.</summary>
    public string? BaseName { get; init; }

    /// <summary>The image of each platform.</summary>
    public required ImmutableArray<PlatformImageRecord> Images { get; init; }

    /// <summary>The layers of all of them, each once.</summary>
    [JsonIgnore]
    public ImmutableArray<LayerRecord> Layers => [.. Images.SelectMany(image => image.Layers).DistinctBy(layer => layer.Digest)];
}

/// <summary>One layer of an image.</summary>
/// <param name="Name">What is in it: <c>base</c>, <c>runtime</c>, <c>packages</c>, <c>app</c>, …</param>
/// <param name="Digest">The digest of the compressed layer.</param>
/// <param name="DiffId">The digest of the uncompressed layer.</param>
/// <param name="Size">The compressed size in bytes.</param>
/// <param name="Files">How many files it holds; 0 where not counted (base layers).</param>
/// <param name="Reused">It was already there and was not written again.</param>
public sealed record LayerRecord(string Name, Digest Digest, Digest DiffId, long Size, int Files, bool Reused);

/// <summary>What the scanner found.</summary>
public sealed record ScanRecord
{
    /// <summary>The image that was scanned.</summary>
    public required Digest Image { get; init; }

    /// <summary><c>pass</c>, <c>fail</c>, or <c>notAssessed</c>.</summary>
    public required string Verdict { get; init; }

    /// <summary>When it was scanned.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>How many components the SBOM lists.</summary>
    public required int Components { get; init; }

    /// <summary>How many findings there are, by severity.</summary>
    public required ImmutableSortedDictionary<string, int> Findings { get; init; }

    /// <summary>The findings, for the report: code or advisory, severity, component, one line.</summary>
    public ImmutableArray<ScanFindingRecord> Details { get; init; } = [];

    /// <summary>How many findings do not count, since the ignore file or a VEX document says so.</summary>
    public int Dismissed { get; init; }

    /// <summary>Who was asked for vulnerabilities; empty for nobody.</summary>
    public ImmutableArray<ScanSourceRecord> Sources { get; init; } = [];

    /// <summary>The CycloneDX file of each platform's image, in the order of <see cref="BakeRecord.Images"/>.</summary>
    public required ImmutableArray<string> SbomFiles { get; init; }

    /// <summary>The SARIF file.</summary>
    public required string SarifFile { get; init; }
}

/// <summary>One finding of the scanner.</summary>
public sealed record ScanFindingRecord(string Id, string Severity, string Subject, string Message)
{
    /// <summary>The version that mends it; null where none is known, or none is needed.</summary>
    public string? Fix { get; init; }

    /// <summary>Whose it is to mend: <c>base</c>, the base image's, or <c>own</c>; null where that was not asked.</summary>
    public string? Origin { get; init; }
}

/// <summary>Who was asked for vulnerabilities.</summary>
/// <param name="Name">What reports call it.</param>
/// <param name="AsOf">Since when nothing new can be in it; null where nothing tells.</param>
public sealed record ScanSourceRecord(string Name, DateTimeOffset? AsOf);

/// <summary>Where the image went.</summary>
public sealed record PushRecord
{
    /// <summary><c>host/repository</c>, or <c>local/app</c> for the embedded store. Never a tag, never a digest.</summary>
    public required string Repository { get; init; }

    /// <summary>The tag: the full commit id; for a dirty tree, with <c>-dirty-</c> and the digest's first 12 digits after it.</summary>
    public required string Tag { get; init; }

    /// <summary>Tags that name it as well.</summary>
    public ImmutableArray<string> AlsoTagged { get; init; } = [];

    /// <summary>The digest that went there.</summary>
    public required Digest Digest { get; init; }

    /// <summary>Blob bytes that had to be sent, to all places together.</summary>
    public required long BytesSent { get; init; }

    /// <summary>Everything was already there.</summary>
    public required bool AlreadyThere { get; init; }

    /// <summary>Where else it went.</summary>
    public ImmutableArray<RepositoryRecord> Mirrors { get; init; } = [];
}

/// <summary>An image in one repository.</summary>
/// <param name="Repository"><c>host/repository</c>.</param>
/// <param name="BytesSent">Blob bytes that had to be sent there.</param>
/// <param name="AlreadyThere">Everything was already there.</param>
public sealed record RepositoryRecord(string Repository, long BytesSent, bool AlreadyThere);

/// <summary>The generation that was created, or found.</summary>
public sealed record DeployRecord
{
    /// <summary>The generation, whole.</summary>
    public required GenerationSpec Spec { get; init; }

    /// <summary>It was live already: nothing changed.</summary>
    public required bool AlreadyLive { get; init; }

    /// <summary>The generation that served when Deploy began.</summary>
    public GenerationId? Serving { get; init; }

    /// <summary>The sequence of the ledger's newest Live entry when Deploy began, 0 when there was none; a later one of another generation supersedes this release (F06).</summary>
    public long LiveSequence { get; init; }

    /// <summary>How the generation stood when Deploy began, where an earlier release had made it; null when the record doesn't say.</summary>
    public EarlierTrial? Earlier { get; init; }
}

/// <summary>The gate's verdict, and the switch.</summary>
public sealed record HealthGateRecord
{
    /// <summary>The generation that serves now.</summary>
    public required GenerationId Live { get; init; }

    /// <summary>The one it replaced.</summary>
    public GenerationId? Replaced { get; init; }

    /// <summary>Where the app answers; null for a worker.</summary>
    public string? Url { get; init; }

    /// <summary>Requests lost from before the switch to the end of the soak time; null where nobody counted them.</summary>
    public long? RequestsLost { get; init; }

    /// <summary>How long the route's change took, from the call to the first request the new generation answered.</summary>
    public TimeSpan? SwitchTime { get; init; }

    /// <summary>One line for each decision the rollout took, in order.</summary>
    public ImmutableArray<string> Decisions { get; init; } = [];

    /// <summary>Latency of the new generation while it was watched.</summary>
    public LatencyHistogram? NewLatency { get; init; }

    /// <summary>Latency of the old generation in its last watched time.</summary>
    public LatencyHistogram? OldLatency { get; init; }
}

/// <summary>What was destroyed.</summary>
public sealed record DestroyOldRecord
{
    /// <summary>The generations that are gone.</summary>
    public required ImmutableArray<GenerationId> Destroyed { get; init; }

    /// <summary>The generations kept warm for rollback.</summary>
    public required ImmutableArray<GenerationId> Kept { get; init; }

    /// <summary>Requests lost while they drained, those cut at the drain limit among them (F21); null where nobody counted them.</summary>
    public long? RequestsLost { get; init; }
}

/// <summary>The JSON form of the record.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ReleaseRecord))]
public sealed partial class ReleaseRecordJson : JsonSerializerContext;
