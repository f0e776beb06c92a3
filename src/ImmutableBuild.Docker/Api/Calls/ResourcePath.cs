namespace ImmutableBuild.Docker.Api.Calls;

/// <summary>Names of containers, images and the like as part of a path.</summary>
internal static class ResourcePath
{
    private const int LongestName = 1024;

    /// <summary>The name, escaped; slashes of an image's name stay. Throws for one that would change the path's meaning.</summary>
    public static string Of(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var segments = name.Split('/');
        return name.Length <= LongestName && Array.TrueForAll(segments, segment => segment is not ("" or "." or ".."))
            ? string.Join('/', segments.Select(Uri.EscapeDataString))
            : throw new ArgumentException($"'{Errors.PrintableText.Of(name)}' is no name of something in an engine.", nameof(name));
    }
}
