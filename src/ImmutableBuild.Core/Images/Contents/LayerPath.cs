using ImmutableBuild.Images.Tar;

namespace ImmutableBuild.Images;

/// <summary>Names within a layer: relative, without <c>..</c>, bounded (L1, L8).</summary>
internal static class LayerPath
{
    private const int MaxLength = 4096;
    private const int MaxParts = 256;
    private const int MaxPartLength = 255;

    /// <summary>The parts of an archive's name; empty for the root itself.</summary>
    public static string[] Parse(string name)
    {
        if (name.Length > MaxLength)
        {
            throw new TarException($"a name has {name.Length} characters; at most {MaxLength} are allowed");
        }

        if (name.StartsWith('/'))
        {
            throw new TarException($"the name '{name}' is absolute");
        }

        var parts = name.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var kept = 0;
        foreach (var part in parts)
        {
            if (part == "..")
            {
                throw new TarException($"the name '{name}' leads outside the image");
            }

            if (part.Length > MaxPartLength || part.Contains('\0', StringComparison.Ordinal))
            {
                throw new TarException($"the name '{name[..Math.Min(name.Length, 80)]}' has a part that is too long or holds a NUL");
            }

            if (part != ".")
            {
                parts[kept++] = part;
            }
        }

        return kept <= MaxParts ? parts[..kept] : throw new TarException($"a name has {kept} parts; at most {MaxParts} are allowed");
    }
}
