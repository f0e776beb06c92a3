using System.Globalization;
using System.Text;

namespace ImmutableBuild.Errors;

/// <summary>Text from outside, made harmless for logs and terminals: whoever names a package must not steer a terminal, hide text or flood a log.</summary>
public static class PrintableText
{
    private const int MaximumLength = 300;

    /// <summary>The text with control and format characters written out as <c>\u001b</c>, cut after some 300 characters.</summary>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var safe = new StringBuilder(Math.Min(text.Length, MaximumLength));
        foreach (var rune in text.EnumerateRunes())
        {
            if (safe.Length >= MaximumLength)
            {
                return safe.Append('…').ToString();
            }

            safe.Append(IsHarmless(rune) ? rune.ToString() : $"\\u{rune.Value:x4}");
        }

        return safe.ToString();
    }

    // Control characters steer terminals; format characters turn the direction of text or hide in it.
    private static bool IsHarmless(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
}
