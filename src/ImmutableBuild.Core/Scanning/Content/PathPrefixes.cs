namespace ImmutableBuild.Scanning.Content;

/// <summary>What paths begin with.</summary>
internal static class PathPrefixes
{
    /// <summary>Whether a path begins with one of them. Makes nothing anew, since every file of an image is asked this.</summary>
    public static bool BeginsWithAny(this string path, ReadOnlySpan<string> prefixes)
    {
        foreach (var prefix in prefixes)
        {
            if (path.StartsWith(prefix, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
