using ImmutableBuild.Errors;
using ImmutableBuild.Images;

namespace ImmutableBuild.Scanning.Content;

/// <summary>Findings about files: each of the app's own counts, those of the base image count together and mildly, for nobody mends them one by one.</summary>
internal static class OwnAndBase
{
    private const int MaximumOwn = 50;

    /// <summary>The findings for the entries that <paramref name="isBad"/> picks.</summary>
    public static IEnumerable<Finding> Findings(ContentContext context, ErrorDescriptor rule, FindingSeverity severity, string what, Func<ImageEntry, bool> isBad)
    {
        var bad = context.Image.Entries.Where(isBad).ToLookup(context.IsFromBase);
        foreach (var own in bad[false].Take(MaximumOwn))
        {
            yield return new Finding
            {
                Id = rule.Code,
                Severity = severity,
                Subject = $"/{own.Path}",
                Message = $"{rule.Title} (mode {Convert.ToString(own.Mode, 8)}).",
                WayOut = rule.Cure,
                Path = own.Path,
                Layer = own.Layer,
            };
        }

        if (bad[true].ToArray() is { Length: > 0 } fromBase)
        {
            yield return new Finding
            {
                Id = rule.Code,
                Severity = FindingSeverity.Low,
                Subject = "base image",
                Message = $"It holds {fromBase.Length} {what}, such as /{fromBase[0].Path}.",
                WayOut = rule.Cure,
                Path = fromBase[0].Path,
                Layer = fromBase[0].Layer,
            };
        }
    }
}
