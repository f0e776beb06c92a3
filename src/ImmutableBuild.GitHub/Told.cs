using System.Globalization;
using System.Text;

namespace ImmutableBuild.GitHub;

/// <summary>Texts as GitHub takes them.</summary>
internal static class Told
{
    // GitHub docs, "Create a deployment status": the maximum length of a description.
    private const int LongestDescription = 140;

    /// <summary>One line, cut where GitHub would refuse it.</summary>
    public static string Description(string text)
    {
        var line = new StringBuilder(Math.Min(text.Length, LongestDescription));
        foreach (var rune in text.EnumerateRunes())
        {
            var letter = Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator ? " " : rune.ToString();
            if (line.Length + letter.Length >= LongestDescription)
            {
                return line.Append('…').ToString();
            }

            line.Append(letter);
        }

        return line.ToString();
    }

    /// <summary>A page of the web; null for what is none.</summary>
    public static string? Page(string? address) => Uri.TryCreate(address, UriKind.Absolute, out var url) && url.Scheme is "https" or "http" ? url.AbsoluteUri : null;
}
