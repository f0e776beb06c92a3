namespace ImmutableBuild.Scanning.Packages;

/// <summary>What a package may be used under, as it says itself.</summary>
/// <param name="Text">An SPDX expression, or a name or address of the packager's own.</param>
/// <param name="IsExpression">It has the form of an SPDX license expression (SPDX 2.3, annex D).</param>
internal sealed record License(string Text, bool IsExpression)
{
    private const int MaximumLength = 1_000;

    // Words of packagers that look like ids and are none.
    private static readonly string[] NoIds = ["custom", "none", "unknown", "proprietary"];

    /// <summary>An expression where the text has the form of one, else a name; null for no text.</summary>
    public static License? Of(string? text) => Named(text) is { } license ? license with { IsExpression = IsWellFormed(license.Text) } : null;

    /// <summary>A name in the words of the packager; null for no text.</summary>
    public static License? Named(string? text) =>
        string.IsNullOrWhiteSpace(text) ? null : new License(text.Length > MaximumLength ? text[..MaximumLength].Trim() : text.Trim(), IsExpression: false);

    // Ids and operators in turn, parentheses around what begins with an id. Whether an id is on SPDX's list is not asked: the list grows.
    private static bool IsWellFormed(string text)
    {
        var depth = 0;
        var expectsId = true;
        foreach (var word in text.Replace("(", " ( ", StringComparison.Ordinal).Replace(")", " ) ", StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            switch (word)
            {
                case "(" when expectsId:
                    depth++;
                    break;
                case ")" when !expectsId && depth > 0:
                    depth--;
                    break;
                case "AND" or "OR" or "WITH" when !expectsId:
                    expectsId = true;
                    break;
                default:
                    if (!expectsId || !IsId(word))
                    {
                        return false;
                    }

                    expectsId = false;
                    break;
            }
        }

        return depth == 0 && !expectsId;
    }

    private static bool IsId(string word) =>
        word is not ("(" or ")" or "AND" or "OR" or "WITH")
        && word.TrimEnd('+').All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.')
        && !NoIds.Contains(word, StringComparer.OrdinalIgnoreCase);
}
