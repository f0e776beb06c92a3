namespace ImmutableBuild.Trust.Verification;

/// <summary>What an image is held to before it runs.</summary>
public sealed record VerifyOptions
{
    /// <summary><c>ImmutablePolicy</c>: the file of the policy; null for the default of the environment.</summary>
    public string? PolicyFile { get; init; }

    /// <summary><c>ImmutableTrustedRoot</c>: the file that says whom to trust for keyless signatures; null for none.</summary>
    public string? TrustedRoot { get; init; }

    /// <summary><c>ImmutableMaxScanAge</c>: how old the scan of what is deployed may be, unless the policy says it; null for the default of the environment.</summary>
    public TimeSpan? MaxScanAge { get; init; }
}
