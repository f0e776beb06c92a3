namespace ImmutableBuild.Scanning.Versions;

/// <summary>Compares rpm versions, <c>[epoch:]version[-release]</c>, as rpm 4.15 and later do (<c>rpmio/rpmvercmp.c</c>; rpm-version(7)).</summary>
internal static class RpmVersion
{
    /// <summary>Whether rpm would build a package of it: no sign that separates fields anywhere else.</summary>
    public static bool IsVersion(string text)
    {
        var (_, version, release) = Split(text);
        return IsPart(version) && (release is null || IsPart(release));
    }

    /// <summary>A total order over all strings; equal where rpm calls two versions equal, as <c>1.0</c> and <c>1_0</c>.</summary>
    public static int Compare(string left, string right)
    {
        var (a, b) = (Split(left), Split(right));
        var epochs = ComparePart(a.Epoch, b.Epoch);
        var versions = epochs != 0 ? epochs : ComparePart(a.Version, b.Version);
        return versions != 0 ? versions
            : a.Release is null || b.Release is null ? (a.Release is null ? 0 : 1) - (b.Release is null ? 0 : 1)
            : ComparePart(a.Release, b.Release);
    }

    private static (string Epoch, string Version, string? Release) Split(string text)
    {
        var digits = DigitsAtStart(text);
        var hasEpoch = digits < text.Length && text[digits] == ':';
        var epoch = hasEpoch && digits > 0 ? text[..digits] : "0";
        var rest = hasEpoch ? text[(digits + 1)..] : text;
        var dash = rest.LastIndexOf('-');
        return dash < 0 ? (epoch, rest, null) : (epoch, rest[..dash], rest[(dash + 1)..]);
    }

    // Segments of digits and of letters alternate; whatever else stands between them only separates.
    private static int ComparePart(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        while (true)
        {
            left = left.TrimSeparators();
            right = right.TrimSeparators();
            if (StartsWithMark(left) || StartsWithMark(right))
            {
                var byMark = Rank(left) - Rank(right);
                if (byMark != 0)
                {
                    return byMark;
                }

                left = left[1..];
                right = right[1..];
                continue;
            }

            if (left.IsEmpty || right.IsEmpty)
            {
                return (left.IsEmpty ? 0 : 1) - (right.IsEmpty ? 0 : 1);
            }

            var (a, b) = (SegmentAtStart(left), SegmentAtStart(right));
            var bySegment = CompareSegments(left[..a], right[..b]);
            if (bySegment != 0)
            {
                return bySegment;
            }

            left = left[a..];
            right = right[b..];
        }
    }

    private static int CompareSegments(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        var (a, b) = (char.IsAsciiDigit(left[0]), char.IsAsciiDigit(right[0]));
        if (a != b)
        {
            return a ? 1 : -1;
        }

        if (a)
        {
            left = left.TrimStart('0');
            right = right.TrimStart('0');
        }

        return a && left.Length != right.Length ? left.Length - right.Length : left.SequenceCompareTo(right);
    }

    private static bool StartsWithMark(ReadOnlySpan<char> text) => text is ['~' or '^', ..];

    // '~' sorts before the end, '^' just after it, and everything else after that.
    private static int Rank(ReadOnlySpan<char> text) => text switch { [] => 1, ['~', ..] => 0, ['^', ..] => 2, _ => 3 };

    private static int SegmentAtStart(ReadOnlySpan<char> text)
    {
        var digits = DigitsAtStart(text);
        if (digits > 0)
        {
            return digits;
        }

        var letters = 0;
        while (letters < text.Length && char.IsAsciiLetter(text[letters]))
        {
            letters++;
        }

        return letters;
    }

    private static int DigitsAtStart(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAnyExceptInRange('0', '9');
        return end < 0 ? text.Length : end;
    }

    private static ReadOnlySpan<char> TrimSeparators(this ReadOnlySpan<char> text)
    {
        var start = 0;
        while (start < text.Length && !char.IsAsciiLetterOrDigit(text[start]) && text[start] is not ('~' or '^'))
        {
            start++;
        }

        return text[start..];
    }

    private static bool IsPart(ReadOnlySpan<char> text)
    {
        foreach (var letter in text)
        {
            if (!char.IsAsciiLetterOrDigit(letter) && letter is not ('.' or '_' or '+' or '~' or '^' or '%' or '{' or '}'))
            {
                return false;
            }
        }

        return !text.IsEmpty;
    }
}
