using System.Collections.Immutable;
using ImmutableBuild.Trust.Verification;
using static ImmutableBuild.Releases.Options.OptionTypes;

namespace ImmutableBuild.Releases.Options;

/// <summary>The part of the <see cref="OptionCatalogue"/> that says what an image is held to before it runs.</summary>
public static class TrustCatalogue
{
    /// <summary>The policy.</summary>
    public static PropertyOption<string> Policy { get; } = new("ImmutablePolicy", FilePath, null, "The file that says what an image has to show before it is deployed: provenance, scan, bill of materials (docs/trust.md). Default: in a protected environment all of it; elsewhere what is attested has to hold, and may be missing. A trusted key's signature is always wanted.");

    /// <summary>The age of the scan.</summary>
    public static PropertyOption<int> MaxScanAge { get; } = new("ImmutableMaxScanAge", WholeNumber(1, 3650), null, "How many days old the scan of an image may be when it is deployed, unless the policy's file says that. Default: 30 in a protected environment without a policy's file, any age otherwise. A rollback or heal brings back what ran before, whatever its scan's age.");

    /// <summary>The trusted root.</summary>
    public static PropertyOption<string> TrustedRoot { get; } = new("ImmutableTrustedRoot", FilePath, null, "Sigstore's trusted root (`trusted_root.json`), against which keyless signatures are verified ([keys.md](keys.md)); the policy names whose are believed.");

    /// <summary>The attested bill.</summary>
    public static PropertyOption<Trust.AttestedBom> AttestedBom { get; } = new("ImmutableAttestedBom", Choice(("hash", Trust.AttestedBom.Hash), ("whole", Trust.AttestedBom.Whole)), "hash", "What the attestation of a bill of materials holds: its hash, the bill itself being in the repository once and compressed, or all of it, for tools that look for components in the attestation itself ([trust.md](trust.md#the-bill-of-materials)).");

    /// <summary>Those about verification, in the order they are documented.</summary>
    public static ImmutableArray<PropertyOption> Verification { get; } = [Policy, MaxScanAge, TrustedRoot];

    internal static VerifyOptions Read(OptionReader reader) => new()
    {
        PolicyFile = reader.FindPath(Policy),
        TrustedRoot = reader.FindPath(TrustedRoot),
        MaxScanAge = reader.TextOf(MaxScanAge) is null ? null : TimeSpan.FromDays(reader.Get(MaxScanAge, 0)),
    };
}
