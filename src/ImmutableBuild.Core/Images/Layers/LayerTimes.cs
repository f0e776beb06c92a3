using System.Buffers.Binary;

namespace ImmutableBuild.Images.Layers;

/// <summary>
/// The times that files get in a layer. They can't be the commit's: a layer that did not change must keep its digest from
/// commit to commit. They can't all be the same either: web servers make a file's ETag of its time and length, so an edit that
/// keeps the length would leave browsers with the old content. So a static file's time follows from its content.
/// </summary>
internal static class LayerTimes
{
    /// <summary>Of directories, and of all files but static content.</summary>
    public static DateTimeOffset Fixed { get; } = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private const uint TwentyYears = 20 * 365 * 24 * 60 * 60;

    /// <summary>Of a file in the layer <paramref name="layer"/>.</summary>
    public static DateTimeOffset Of(string layer, LayerFile file) => layer == "static" ? Of(file.Content) : Fixed;

    /// <summary>The one that follows from a content.</summary>
    public static DateTimeOffset Of(Digest content) => Fixed.AddSeconds(BinaryPrimitives.ReadUInt32BigEndian(Convert.FromHexString(content.Hex.AsSpan(0, 8))) % TwentyYears);
}
