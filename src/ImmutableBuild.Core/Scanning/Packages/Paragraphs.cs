namespace ImmutableBuild.Scanning.Packages;

/// <summary>Reads Debian's control format (deb-control(5), deb822(5)): fields, continued by lines that begin with a blank, in paragraphs between empty lines.</summary>
internal static class Paragraphs
{
    /// <summary>Each paragraph's fields, by name without case; the first of several with one name counts, as dpkg takes no second.</summary>
    public static IEnumerable<IReadOnlyDictionary<string, string>> Of(string text)
    {
        var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in text.Split('\n'))
        {
            if (string.IsNullOrWhiteSpace(line))
            {
                if (fields.Count > 0)
                {
                    yield return fields;
                    fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
                }
            }
            else if (!char.IsWhiteSpace(line[0]) && line.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon)
            {
                // Continuation lines are dropped: no field that is read here has any.
                fields.TryAdd(line[..colon], line[(colon + 1)..].Trim());
            }
        }

        if (fields.Count > 0)
        {
            yield return fields;
        }
    }
}
