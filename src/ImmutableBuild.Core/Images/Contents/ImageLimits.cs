using ImmutableBuild.Errors;
using ImmutableBuild.Images.Oci;

namespace ImmutableBuild.Images;

/// <summary>How much of an image is read before it is refused with IMB2004 (L6, L12).</summary>
public sealed record ImageLimits
{
    /// <summary>Entries of all layers together.</summary>
    public int MaxEntries { get; init; } = 1_000_000;

    /// <summary>Characters of all entries' names and link targets together: they are kept in memory, and an archive may give each of a million some thousands.</summary>
    public long MaxNameLength { get; init; } = 256L << 20;

    /// <summary>Uncompressed bytes of all layers together.</summary>
    public long MaxBytes { get; init; } = 16L << 30;

    /// <summary>Uncompressed bytes for each compressed one, once <see cref="RatioFloor"/> bytes came out.</summary>
    public int MaxRatio { get; init; } = 200;

    /// <summary>Uncompressed bytes of a layer below which no ratio is asked for: small files of zeros are harmless.</summary>
    public long RatioFloor { get; init; } = 64L << 20;

    /// <summary>
    /// Throws IMB2004 for an image whose blobs together are larger than all that may come out of them. A manifest's sizes are what is read at most, so
    /// they are looked at before anything is fetched or sent.
    /// </summary>
    internal void RequireSize(ImageManifest manifest, string where)
    {
        // Decimal: no sum of a thousand longs overflows it.
        var size = manifest.Layers.Append(manifest.Config).Sum(blob => (decimal)blob.Size);
        if (size > MaxBytes)
        {
            throw BakeErrors.LimitExceeded(where, $"{size} bytes", $"{MaxBytes} bytes");
        }
    }
}
