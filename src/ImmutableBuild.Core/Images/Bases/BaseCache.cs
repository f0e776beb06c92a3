using ImmutableBuild.Images.Oci;
using ImmutableBuild.Registries;

namespace ImmutableBuild.Images.Bases;

/// <summary>
/// The base images that were read from registries, in a layout under the data directory. Its index has those that were used, the
/// last one last, so that it can be bounded.
/// </summary>
public static class BaseCache
{
    /// <summary>How many base images stay: those that were used last, by whatever app.</summary>
    public const int Images = 10;

    /// <summary>Opens it, and makes it where there is none.</summary>
    internal static OciLayout Open(string dataDirectory) => OciLayout.OpenOrCreate(DirectoryOf(dataDirectory));

    /// <summary>Writes down that <paramref name="image"/>, or an index of such images, is used now.</summary>
    internal static void MarkUsed(OciLayout cache, Descriptor image, CancellationToken cancellationToken)
    {
        var name = image.Digest.ToString();
        cache.SetReference(name, image, cancellationToken);
        cache.MakeNewest(name, cancellationToken);
    }

    /// <summary>Removes the base images that were not among the last used, unless one is being read. Returns how many went.</summary>
    public static async Task<int> PruneAsync(string dataDirectory, CancellationToken cancellationToken) =>
        await StorePruning.KeepOnlyAsync(DirectoryOf(dataDirectory), new HashSet<Digest>(), Images, cancellationToken) ?? 0;

    private static string DirectoryOf(string dataDirectory) => Path.Combine(dataDirectory, "cache", "base");
}
