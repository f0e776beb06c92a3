namespace ImmutableBuild.Images;

/// <summary>How much of an image is read before it is refused with IMB2004 (L6, L12).</summary>
public sealed record ImageLimits
{
    /// <summary>Entries of all layers together.</summary>
    public int MaxEntries { get; init; } = 1_000_000;

    /// <summary>Uncompressed bytes of all layers together.</summary>
    public long MaxBytes { get; init; } = 16L << 30;

    /// <summary>Uncompressed bytes for each compressed one, once <see cref="RatioFloor"/> bytes came out.</summary>
    public int MaxRatio { get; init; } = 200;

    /// <summary>Uncompressed bytes of a layer below which no ratio is asked for: small files of zeros are harmless.</summary>
    public long RatioFloor { get; init; } = 64L << 20;
}
