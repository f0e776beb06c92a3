namespace ImmutableBuild.Trust.Attestations;

/// <summary>What a statement can be about, by the URI that names it (in-toto attestation framework, "Predicates").</summary>
internal static class PredicateTypes
{
    /// <summary>A signature, as cosign 3 makes it: the statement is all it says.</summary>
    public const string Signature = "https://sigstore.dev/cosign/sign/v1";

    /// <summary>How and from what it was built (SLSA 1.0); <c>cosign --type slsaprovenance1</c>.</summary>
    public const string Provenance = "https://slsa.dev/provenance/v1";

    /// <summary>What is in it; <c>cosign --type cyclonedx</c>.</summary>
    public const string CycloneDx = "https://cyclonedx.org/bom";

    /// <summary>What a scanner found in it; <c>cosign --type vuln</c>.</summary>
    public const string Scan = "https://cosign.sigstore.dev/attestation/vuln/v1";
}
