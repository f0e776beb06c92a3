using System.IO.Enumeration;

namespace ImmutableBuild.Scanning.Dismissals;

/// <summary>A path within an image, <c>*</c> for any characters, slashes too.</summary>
/// <param name="Text">As it was written.</param>
internal sealed record PathPattern(string Text)
{
    // A backslash in a file's name is none of a pattern's escapes.
    private readonly string _expression = Text.TrimStart('/').Replace("\\", "\\\\", StringComparison.Ordinal);

    /// <summary>Whether a file is one of those it names.</summary>
    public bool Matches(string path) => FileSystemName.MatchesSimpleExpression(_expression, path.TrimStart('/'), ignoreCase: false);
}
