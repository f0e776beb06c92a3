namespace ImmutableBuild.Images;

/// <summary>Sizes for people.</summary>
internal static class ByteCount
{
    /// <summary><c>812 B</c>, <c>4.1 kB</c>, <c>48.2 MB</c>: powers of ten, as registries count.</summary>
    public static string Of(long bytes) => bytes switch
    {
        < 1_000 => $"{bytes} B",
        < 1_000_000 => $"{bytes / 1e3:0.0} kB",
        < 1_000_000_000 => $"{bytes / 1e6:0.0} MB",
        _ => $"{bytes / 1e9:0.00} GB",
    };
}
