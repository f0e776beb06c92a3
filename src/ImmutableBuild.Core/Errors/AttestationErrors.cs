using System.Collections.Immutable;
using ImmutableBuild.Images;

namespace ImmutableBuild.Errors;

/// <summary>IMB4030-4039: what is attested of an image, and the policy it is held to.</summary>
public static class AttestationErrors
{
    private static readonly ErrorDescriptor MissingDescriptor = new(
        "IMB4030", "An attestation that the policy requires is missing",
        "The policy wants provenance, a scan or a bill of materials, and nothing of that kind is signed by a trusted key about this digest.",
        "Release the image again, so that Sign and Push attest it. If it was made elsewhere, copy its tags sha256-…, sha256-….sig and sha256-….att along with it.");

    private static readonly ErrorDescriptor ProvenanceRefusedDescriptor = new(
        "IMB4031", "The image's provenance is refused",
        "A trusted key says that the image was made from another commit or source repository, by a builder that isn't allowed, for another app, or from uncommitted changes.",
        "Do not run this image. If what the message names is meant, allow it in the policy (ImmutablePolicy).");

    private static readonly ErrorDescriptor ScanRefusedDescriptor = new(
        "IMB4032", "The image's scan is refused",
        "The newest scan that is attested of the image did not pass, assessed not all, or is older than the policy allows.",
        "Scan again with advisories of today: run the release again. ImmutableMaxScanAge says how old a scan may be.");

    private static readonly ErrorDescriptor SbomRefusedDescriptor = new(
        "IMB4033", "The image's bill of materials is refused",
        "What is attested as a bill of materials is none, the one that it names by its hash is not beside the image, or those of some platforms of the image are missing.",
        "Release the image again, so that Scan writes one for each platform and Sign attests it.");

    private static readonly ErrorDescriptor PolicyInvalidDescriptor = new(
        "IMB4034", "The verification policy can't be used",
        "The file that ImmutablePolicy names can't be read, or is not of the form of docs/policy.schema.json.",
        "Correct what the message names; docs/trust.md explains each member.");

    private static readonly ErrorDescriptor ScanFilesUnfitDescriptor = new(
        "IMB4035", "The scan's files can't be attested",
        "Sign attests the bills of materials that Scan wrote, one for each platform of the image; one is missing, was altered, or is about another image.",
        "Run Scan and Sign again. In another job, hand obj/immutable over whole.");

    private static readonly ErrorDescriptor SignaturesLostDescriptor = new(
        "IMB4036", "The image's signatures were taken away again",
        "Others write to the same signature tags of the registry at the same time, and each time ours were gone afterwards.",
        "Run Push again. Find out who else signs this image all the time.");

    private static readonly ErrorDescriptor NotByDigestDescriptor = new(
        "IMB4037", "The image to verify must be named by its digest",
        "A tag can mean another image a moment later, so what is said of it would be worth nothing.",
        "Name it as -p:Image=host/repository@sha256:…, or local/app@sha256:… for the embedded store.");

    /// <summary>The rows of this file.</summary>
    public static ImmutableArray<ErrorDescriptor> All { get; } =
    [
        MissingDescriptor, ProvenanceRefusedDescriptor, ScanRefusedDescriptor, SbomRefusedDescriptor, PolicyInvalidDescriptor, ScanFilesUnfitDescriptor,
        SignaturesLostDescriptor, NotByDigestDescriptor,
    ];

    /// <summary>An attestation that the policy requires is missing.</summary>
    public static ImmutableBuildException Missing(string repository, Digest image, string what, IReadOnlyCollection<string> refused) => new(new Diagnostic(
        MissingDescriptor, $"The policy requires {what} of {repository}@{image}, signed by a trusted key, and {(refused.Count > 0 ? $"what there is does not count: {PrintableText.Of(string.Join("; ", refused))}" : "there is none")}. Nothing was deployed."));

    /// <summary>Provenance that speaks against the image.</summary>
    public static ImmutableBuildException ProvenanceRefused(string repository, Digest image, IEnumerable<string> reasons) => new(new Diagnostic(
        ProvenanceRefusedDescriptor, $"The provenance of {repository}@{image} is refused: {string.Join("; ", reasons)}. Nothing was deployed."));

    /// <summary>A scan that speaks against the image.</summary>
    public static ImmutableBuildException ScanRefused(string repository, Digest image, string reason) => new(new Diagnostic(
        ScanRefusedDescriptor, $"The scan of {repository}@{image} is refused: {reason}. Nothing was deployed."));

    /// <summary>The image's bills of materials are missing, or not of this image.</summary>
    public static ImmutableBuildException SbomRefused(string repository, Digest image, string reason) => new(new Diagnostic(
        SbomRefusedDescriptor, $"The bill of materials of {repository}@{image} is refused: {reason}. Nothing was deployed."));

    /// <summary>The policy's file can't be read as a policy.</summary>
    public static ImmutableBuildException PolicyInvalid(string file, string found, Exception? inner = null) => new(
        new Diagnostic(PolicyInvalidDescriptor, $"Expected a verification policy (docs/policy.schema.json): {found}. Correct it; docs/trust.md explains each member.", Location: new SourceLocation(file)), inner);

    /// <summary>A bill of materials that can't be attested.</summary>
    public static ImmutableBuildException ScanFilesUnfit(string file, string found, Exception? inner = null) => new(
        new Diagnostic(ScanFilesUnfitDescriptor, $"Expected the bill of materials that Scan wrote of this image: {found}. Run Scan and Sign again.", Location: new SourceLocation(file)), inner);

    /// <summary>Others overwrote the image's signatures each time they were pushed.</summary>
    public static ImmutableBuildException SignaturesLost(string repository, Digest image, int attempts) => new(new Diagnostic(
        SignaturesLostDescriptor, $"The signatures of {image} were put into {repository} {attempts} times, and each time others had taken them away. Run Push again.")) { IsTransient = true };

    /// <summary>An image that isn't named by digest.</summary>
    public static ImmutableBuildException NotByDigest(string text) => new(new Diagnostic(
        NotByDigestDescriptor, $"Expected host/repository@sha256:… or local/app@sha256:…, found '{PrintableText.Of(text)}'. Set -p:Image to the image's digest; Push shows it."));
}
