namespace ImmutableBuild.Scanning.Versions;

/// <summary>Compares Debian versions, <c>[epoch:]upstream[-revision]</c>, as dpkg does (deb-version(7), "Sorting algorithm").</summary>
internal static class DpkgVersion
{
    /// <summary>Whether dpkg would take it: a digit first, and only the letters that deb-version(7) allows.</summary>
    public static bool IsVersion(string text)
    {
        var (_, upstream, revision) = Split(text);
        return upstream.Length > 0 && char.IsAsciiDigit(upstream[0])
            && Holds(upstream, ".+-~:") && Holds(revision, ".+~");
    }

    /// <summary>A total order over all strings; equal where dpkg calls two versions equal, as <c>1.0</c> and <c>1.00-0</c>.</summary>
    public static int Compare(string left, string right)
    {
        var a = Split(left);
        var b = Split(right);
        var epochs = CompareNumbers(a.Epoch, b.Epoch);
        var upstreams = epochs != 0 ? epochs : ComparePart(a.Upstream, b.Upstream);
        return upstreams != 0 ? upstreams : ComparePart(a.Revision, b.Revision);
    }

    private static (string Epoch, string Upstream, string Revision) Split(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var epoch = colon > 0 && IsNumber(text.AsSpan(0, colon)) ? text[..colon] : "";
        var rest = epoch.Length > 0 ? text[(colon + 1)..] : text;
        var dash = rest.LastIndexOf('-');
        return dash < 0 ? (epoch, rest, "") : (epoch, rest[..dash], rest[(dash + 1)..]);
    }

    // Alternates between a part without digits, compared by rank, and a number.
    private static int ComparePart(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        while (!left.IsEmpty || !right.IsEmpty)
        {
            while (StartsWithText(left) || StartsWithText(right))
            {
                var byRank = Rank(left) - Rank(right);
                if (byRank != 0)
                {
                    return byRank;
                }

                left = left[1..];
                right = right[1..];
            }

            var (a, b) = (DigitsAtStart(left), DigitsAtStart(right));
            var byNumber = CompareNumbers(left[..a], right[..b]);
            if (byNumber != 0)
            {
                return byNumber;
            }

            left = left[a..];
            right = right[b..];
        }

        return 0;
    }

    private static bool StartsWithText(ReadOnlySpan<char> text) => !text.IsEmpty && !char.IsAsciiDigit(text[0]);

    // '~' sorts before the end of a part, letters before everything else.
    private static int Rank(ReadOnlySpan<char> text) => text.IsEmpty || char.IsAsciiDigit(text[0]) ? 0
        : text[0] == '~' ? -1
        : char.IsAsciiLetter(text[0]) ? text[0]
        : text[0] + 256;

    private static int DigitsAtStart(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAnyExceptInRange('0', '9');
        return end < 0 ? text.Length : end;
    }

    // Of any length: numbers of dates and times overflow machine words.
    private static int CompareNumbers(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        left = left.TrimStart('0');
        right = right.TrimStart('0');
        return left.Length != right.Length ? left.Length - right.Length : left.SequenceCompareTo(right);
    }

    private static bool IsNumber(ReadOnlySpan<char> text) => text.IndexOfAnyExceptInRange('0', '9') < 0;

    private static bool Holds(ReadOnlySpan<char> text, string signs)
    {
        foreach (var letter in text)
        {
            if (!char.IsAsciiLetterOrDigit(letter) && !signs.Contains(letter))
            {
                return false;
            }
        }

        return true;
    }
}
