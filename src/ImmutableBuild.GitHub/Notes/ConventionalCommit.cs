using System.Text.RegularExpressions;

namespace ImmutableBuild.GitHub.Notes;

/// <summary>A commit's message, read as conventionalcommits.org 1.0.0 has it.</summary>
/// <param name="Kind">The heading it belongs under.</param>
/// <param name="Scope">What it is about; null for none.</param>
/// <param name="Text">What it says: of a breaking change what breaks, else the first line without its type.</param>
internal sealed partial record ConventionalCommit(ChangeKind Kind, string? Scope, string Text)
{
    private const int LongestMessage = 16 * 1024;
    private const int LongestText = 300;

    /// <summary>Reads a message; one of no known form is <see cref="ChangeKind.Other"/>.</summary>
    public static ConventionalCommit Parse(string message)
    {
        var bounded = message.Length > LongestMessage ? message[..LongestMessage] : message;
        var lines = bounded.ReplaceLineEndings("\n").Split('\n');
        var match = Header.Match(lines[0]);
        var type = match.Groups["type"].Value;
        var breaking = Array.Find(lines[1..], line => line.StartsWith("BREAKING CHANGE: ", StringComparison.Ordinal) || line.StartsWith("BREAKING-CHANGE: ", StringComparison.Ordinal));
        var kind = !match.Success ? ChangeKind.Other
            : match.Groups["bang"].Success || breaking is not null ? ChangeKind.Breaking
            : type.Equals("feat", StringComparison.OrdinalIgnoreCase) ? ChangeKind.Feature
            : type.Equals("fix", StringComparison.OrdinalIgnoreCase) ? ChangeKind.Fix
            : ChangeKind.Other;
        var text = !match.Success ? lines[0]
            : breaking is not null ? $"{match.Groups["text"].Value}: {breaking[(breaking.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()}"
            : match.Groups["text"].Value;
        return new ConventionalCommit(kind, match.Groups["scope"] is { Success: true } scope ? scope.Value : null, Cut(text.Trim()));
    }

    // Not within a character of two.
    private static string Cut(string text) =>
        text.Length <= LongestText ? text : text[..(char.IsHighSurrogate(text[LongestText - 1]) ? LongestText - 1 : LongestText)] + "…";

    [GeneratedRegex(@"\A(?<type>[A-Za-z]{1,30})(?:\((?<scope>[^()]{1,100})\))?(?<bang>!)?: +(?<text>\S.*)\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Header { get; }
}

/// <summary>What a change is to those who use the app, in the order of release notes.</summary>
internal enum ChangeKind
{
    /// <summary>Something that worked does no more.</summary>
    Breaking,

    /// <summary>Something new.</summary>
    Feature,

    /// <summary>Something mended.</summary>
    Fix,

    /// <summary>Anything else.</summary>
    Other,
}
