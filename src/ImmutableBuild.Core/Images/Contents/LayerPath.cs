using ImmutableBuild.Images.Tar;

namespace ImmutableBuild.Images;

/// <summary>Names within a layer: relative, without <c>..</c>, bounded (L1, L8).</summary>
internal static class LayerPath
{
    private const int MaxLength = 4096;
    private const int MaxParts = 256;
    private const int MaxPartLength = 255;

    /// <summary>An archive's name as a path, its parts separated by one '/' each; empty for the root itself. Most names are that already.</summary>
    public static string Parse(string name)
    {
        if (name.Length > MaxLength)
        {
            throw new TarException($"a name has {name.Length} characters; at most {MaxLength} are allowed");
        }

        if (name.StartsWith('/'))
        {
            throw new TarException($"the name '{name}' is absolute");
        }

        var (kept, length) = (0, -1);
        foreach (var range in name.AsSpan().Split('/'))
        {
            var part = name.AsSpan(range);
            if (part is "..")
            {
                throw new TarException($"the name '{name}' leads outside the image");
            }

            if (part.Length > MaxPartLength || part.Contains('\0'))
            {
                throw new TarException($"the name '{name[..Math.Min(name.Length, 80)]}' has a part that is too long or holds a NUL");
            }

            if (part is not ("" or "."))
            {
                kept++;
                length += part.Length + 1;
            }
        }

        // Tools write './usr/lib/' where others write 'usr/lib'.
        var bare = name.AsSpan(name.StartsWith("./", StringComparison.Ordinal) ? 2 : 0).TrimEnd('/');
        return kept > MaxParts ? throw new TarException($"a name has {kept} parts; at most {MaxParts} are allowed")
            : length == name.Length ? name
            : length == bare.Length ? bare.ToString()
            : string.Join('/', name.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != "."));
    }
}
