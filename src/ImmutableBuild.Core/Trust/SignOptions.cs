using System.Collections.Immutable;
using ImmutableBuild.Trust.Keys;

namespace ImmutableBuild.Trust;

/// <summary>Which key signs, what is attested, and which keys are trusted.</summary>
public sealed record SignOptions
{
    /// <summary>The file of the signing key; null for the local key made at first use (only the <c>local</c> target may use it).</summary>
    public string? KeyFile { get; init; }

    /// <summary>The environment variable that holds the signing key as PEM.</summary>
    public string? KeyVariable { get; init; }

    /// <summary>The signing key in AWS KMS.</summary>
    public KmsKeyReference? KmsKey { get; init; }

    /// <summary>Sign without a key, through the <c>cosign</c> program, by a certificate for this job's identity.</summary>
    public bool Keyless { get; init; }

    /// <summary>The addresses of a Sigstore of one's own, for cosign; null for its default.</summary>
    public string? SigningConfig { get; init; }

    /// <summary>The environment variable that holds the password of an encrypted key.</summary>
    public string? KeyPasswordVariable { get; init; }

    /// <summary>Public keys whose signatures a deployment believes, as PEM files or lists of such with their times (<c>.json</c>); where none is named, the signing key's own.</summary>
    public ImmutableArray<string> TrustedKeyFiles { get; init; } = [];

    /// <summary>How much of a bill of materials is attested.</summary>
    public AttestedBom AttestedBom { get; init; }
}
