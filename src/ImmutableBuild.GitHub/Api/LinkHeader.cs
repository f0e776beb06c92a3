namespace ImmutableBuild.GitHub.Api;

/// <summary>The Link header of a list (RFC 8288), as GitHub writes it.</summary>
internal static class LinkHeader
{
    private const int LongestHeader = 8192;

    /// <summary>Where the next page is; null for the last page, and for what can't be understood.</summary>
    public static Uri? Next(IEnumerable<string> values)
    {
        foreach (var link in values.Where(value => value.Length <= LongestHeader).SelectMany(value => value.Split(',', StringSplitOptions.TrimEntries)))
        {
            var parts = link.Split(';', StringSplitOptions.TrimEntries);
            if (parts.Skip(1).Any(parameter => parameter is "rel=\"next\"" or "rel=next")
                && parts[0] is ['<', .., '>']
                && Uri.TryCreate(parts[0][1..^1], UriKind.Absolute, out var address))
            {
                return address;
            }
        }

        return null;
    }
}
