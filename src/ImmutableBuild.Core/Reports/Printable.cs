namespace ImmutableBuild.Reports;

/// <summary>
/// Text from outside, made harmless for whatever shows it: no control character, so no terminal escape, and no
/// bidirectional control, so nothing can be made to look like something else (Unicode TR 36, section 3.1).
/// </summary>
public static class Printable
{
    /// <summary>One line: line breaks and tabs become spaces, other controls U+FFFD.</summary>
    public static string Line(string text) => string.Create(text.Length, text, static (buffer, source) =>
    {
        for (var index = 0; index < source.Length; index++)
        {
            buffer[index] = source[index] is '\r' or '\n' or '\t' ? ' ' : Replace(source[index]);
        }
    });

    /// <summary>Lines as they are, each ended by '\n'; tabs stay, other controls become U+FFFD.</summary>
    public static string Block(string text) => string.Concat(text.ReplaceLineEndings("\n").Select(character => character is '\n' or '\t' ? character : Replace(character)));

    private static char Replace(char character) => char.IsControl(character) || IsBidirectionalControl(character) ? '\uFFFD' : character;

    private static bool IsBidirectionalControl(char character) =>
        character is '\u061C' or '\u200E' or '\u200F' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');
}
