using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ImmutableBuild.Releases;
using ImmutableBuild.Trust.Keyless;

namespace ImmutableBuild.Trust.Verification;

/// <summary>How much something that is attested is wanted.</summary>
public enum Need
{
    /// <summary>The default. Without it, or with one that speaks against the image, nothing runs.</summary>
    Required,

    /// <summary>It may be missing; one that speaks against the image is refused.</summary>
    IfPresent,

    /// <summary>It isn't looked at.</summary>
    Ignored,
}

/// <summary>Which repository a signature has to name.</summary>
public enum RepositoryRule
{
    /// <summary>The default: the one the image is in.</summary>
    MustMatch,

    /// <summary>Any, or none: for images that were copied from where they were signed.</summary>
    Any,
}

/// <summary>
/// What an image has to show before it runs (docs/policy.schema.json). A trusted key's signature over its digest and commit is always wanted; what a policy
/// leaves out is as strict as it can be.
/// </summary>
/// <remarks>The generated reader gives default values to members that are missing, whatever they are initialised with; hence the getters.</remarks>
public sealed record VerificationPolicy
{
    /// <summary>The version of the form that is read.</summary>
    public const int CurrentVersion = 1;

    private static readonly TimeSpan OldestScan = TimeSpan.FromDays(30);

    /// <summary>Where the form is described, for editors.</summary>
    [JsonPropertyName("$schema")]
    public string? Schema { get; init; }

    /// <summary>The version of the form.</summary>
    public required int Version { get; init; }

    /// <summary>Which repository a signature has to name.</summary>
    public RepositoryRule Repository { get; init; }

    /// <summary>Whose keyless signatures are believed; none for nobody's.</summary>
    public ImmutableArray<TrustedIdentity> Identities { get => field.IsDefault ? [] : field; init; }

    /// <summary>Where the image comes from.</summary>
    public ProvenancePolicy Provenance { get => field ?? new(); init; }

    /// <summary>What the scan found.</summary>
    public ScanPolicy Scan { get => field ?? new(); init; }

    /// <summary>What is in it.</summary>
    public SbomPolicy Sbom { get => field ?? new(); init; }

    /// <summary>The policy of a protected environment, unless it has one of its own: all of it, with a scan of at most 30 days.</summary>
    public static VerificationPolicy Strict { get; } = new() { Version = CurrentVersion, Scan = new ScanPolicy { MaxAgeDays = (int)OldestScan.TotalDays } };

    /// <summary>The policy of other environments: what is attested has to hold, and may be missing.</summary>
    public static VerificationPolicy Lenient { get; } = new()
    {
        Version = CurrentVersion,
        Provenance = new ProvenancePolicy { Need = Need.IfPresent, AllowDirty = true },
        Scan = new ScanPolicy { Need = Need.IfPresent, AllowNotAssessed = true },
        Sbom = new SbomPolicy { Need = Need.IfPresent },
    };

    /// <summary>The policy of a release: its file's, or the environment's default. IMB4034 for a file that is none.</summary>
    public static async Task<VerificationPolicy> OfAsync(ReleaseOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        var policy = options.Verify.PolicyFile is { } file ? await PolicyFile.ReadAsync(file, cancellationToken) : options.Protected ? Strict : Lenient;
        return options.Verify.MaxScanAge is { } age && (policy.Scan.MaxAgeDays is null || options.Verify.PolicyFile is null)
            ? policy with { Scan = policy.Scan with { MaxAgeDays = (int)age.TotalDays } }
            : policy;
    }
}

/// <summary>What provenance has to say.</summary>
public sealed record ProvenancePolicy
{
    /// <summary>How much it is wanted.</summary>
    public Need Need { get; init; }

    /// <summary>The builders that may have made it, by their URIs.</summary>
    public ImmutableArray<string> Builders { get => field.IsDefault ? [Attestations.Builders.Local, Attestations.Builders.GitHub] : field; init; }

    /// <summary>The source repositories it may come from, <c>https://host/path</c>; none to take any.</summary>
    public ImmutableArray<string> Sources { get => field.IsDefault ? [] : field; init; }

    /// <summary>Take an image of uncommitted changes.</summary>
    public bool AllowDirty { get; init; }
}

/// <summary>What a scan has to say.</summary>
public sealed record ScanPolicy
{
    /// <summary>How much it is wanted.</summary>
    public Need Need { get; init; }

    /// <summary>How old it may be when the image is deployed, in days; null for any age.</summary>
    public int? MaxAgeDays { get; init; }

    /// <summary>Take a scan that could not assess everything.</summary>
    public bool AllowNotAssessed { get; init; }
}

/// <summary>What a bill of materials has to say.</summary>
public sealed record SbomPolicy
{
    /// <summary>How much it is wanted.</summary>
    public Need Need { get; init; }
}
