namespace ImmutableBuild.Releases.Options;

/// <summary>Finds what a misspelt name most likely meant.</summary>
internal static class NearestName
{
    /// <summary>The nearest of <paramref name="names"/> within three edits (Levenshtein), without regard to case; null when none is near.</summary>
    public static string? Of(string name, IEnumerable<string> names)
    {
        var nearest = names.Select(candidate => (Name: candidate, Edits: Edits(name.ToUpperInvariant(), candidate.ToUpperInvariant()))).MinBy(pair => pair.Edits);
        return nearest.Name is not null && nearest.Edits <= 3 ? nearest.Name : null;
    }

    private static int Edits(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var substituted = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
