namespace ImmutableBuild.Gateway;

/// <summary>Which of two builds of the gateway is the newer one.</summary>
public static class ProductVersions
{
    /// <summary>
    /// Whether <paramref name="offered"/> is not older than <paramref name="running"/>, by the three numbers before any suffix (SemVer 2.0, 2): a gateway is never
    /// taken back, since an older one may not know what a newer one has saved. What is no version is no reason to stay.
    /// </summary>
    public static bool IsUpgrade(string? offered, string? running) =>
        !(Version.TryParse(Numbers(offered), out var mine) && Version.TryParse(Numbers(running), out var theirs)) || mine >= theirs;

    private static string? Numbers(string? version) => version?.Split('-', '+')[0];
}
