using System.Text.RegularExpressions;

namespace ImmutableBuild.Scanning.Versions;

/// <summary>
/// Compares Alpine versions, <c>number{.number}[letter]{_suffix[number]}[~commit][-r number]</c>, as apk-tools 3 does
/// (<c>src/version.c</c>; the Alpine package policy, "Package versions").
/// </summary>
internal static partial class ApkVersion
{
    private static readonly string[] SuffixesBefore = ["alpha", "beta", "pre", "rc"];
    private static readonly string[] SuffixesAfter = ["cvs", "svn", "git", "hg", "p"];

    // The first part in which two versions differ decides by its kind, then by its value. A suffix such as _rc sorts before
    // the version's end, everything else after it, in this order.
    private enum Kind
    {
        SuffixBefore,
        End,
        Revision,
        Commit,
        SuffixNumber,
        SuffixAfter,
        Letter,
        Number,
    }

    /// <summary>Whether apk-tools would take it.</summary>
    public static bool IsVersion(string text) => Pattern().IsMatch(text);

    /// <summary>A total order over all strings; what is no version sorts before all versions.</summary>
    public static int Compare(string left, string right)
    {
        var (a, b) = (Pattern().Match(left), Pattern().Match(right));
        if (!a.Success || !b.Success)
        {
            return a.Success == b.Success ? string.CompareOrdinal(left, right) : a.Success ? 1 : -1;
        }

        var (x, y) = (Parts(a).ToArray(), Parts(b).ToArray());
        for (var i = 0; ; i++)
        {
            var difference = x[i].Kind != y[i].Kind ? x[i].Kind - y[i].Kind : CompareValues(x[i], y[i], isFirst: i == 0);
            if (difference != 0 || x[i].Kind == Kind.End)
            {
                return difference;
            }
        }
    }

    private static IEnumerable<(Kind Kind, string Value)> Parts(Match version)
    {
        foreach (Capture number in version.Groups["number"].Captures)
        {
            yield return (Kind.Number, number.Value);
        }

        if (version.Groups["letter"] is { Success: true, Value: var letter })
        {
            yield return (Kind.Letter, letter);
        }

        foreach (Capture suffix in version.Groups["suffix"].Captures)
        {
            var name = suffix.Value.TrimStart('_').TrimEnd("0123456789".ToCharArray());
            yield return (SuffixesBefore.Contains(name) ? Kind.SuffixBefore : Kind.SuffixAfter, name);
            if (suffix.Value.Length > name.Length + 1)
            {
                yield return (Kind.SuffixNumber, suffix.Value[(name.Length + 1)..]);
            }
        }

        if (version.Groups["commit"] is { Success: true, Value: var commit })
        {
            yield return (Kind.Commit, commit);
        }

        if (version.Groups["revision"] is { Success: true, Value: var revision })
        {
            yield return (Kind.Revision, revision);
        }

        yield return (Kind.End, "");
    }

    private static int CompareValues((Kind Kind, string Value) left, (Kind Kind, string Value) right, bool isFirst) => left.Kind switch
    {
        Kind.SuffixBefore => Array.IndexOf(SuffixesBefore, left.Value) - Array.IndexOf(SuffixesBefore, right.Value),
        Kind.SuffixAfter => Array.IndexOf(SuffixesAfter, left.Value) - Array.IndexOf(SuffixesAfter, right.Value),
        Kind.Letter or Kind.Commit or Kind.End => string.CompareOrdinal(left.Value, right.Value),
        // After the first number a leading zero makes a fraction: 1.05 is before 1.1.
        Kind.Number when !isFirst && (left.Value[0] == '0' || right.Value[0] == '0') => string.CompareOrdinal(left.Value, right.Value),
        _ => CompareNumbers(left.Value.TrimStart('0'), right.Value.TrimStart('0')),
    };

    private static int CompareNumbers(string left, string right) => left.Length != right.Length ? left.Length - right.Length : string.CompareOrdinal(left, right);

    [GeneratedRegex(
        @"\A(?<number>[0-9]+)(\.(?<number>[0-9]+))*(?<letter>[a-z])?(?<suffix>_(alpha|beta|pre|rc|cvs|svn|git|hg|p)[0-9]*)*(~(?<commit>[0-9a-f]+))?(-r(?<revision>[0-9]+))?\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern();
}
