using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ImmutableBuild.Docker.Builds;

/// <summary>
/// One pattern of a <c>.dockerignore</c>, by the rules of moby's patternmatcher: <c>*</c> and <c>?</c> stand for anything but '/', <c>**</c> for any
/// number of directories, <c>[a-z]</c> and <c>[^a-z]</c> for one character, <c>\</c> takes the next one as it is, and a leading <c>!</c> makes an exception.
/// </summary>
internal sealed class IgnorePattern
{
    private static readonly char[] s_wildcards = ['*', '?', '[', '\\'];

    private readonly string _text;
    private readonly Func<string, bool> _matches;

    private IgnorePattern(string text, bool isException)
    {
        (_text, IsException) = (text, isException);
        _matches = new Translation(text).Matcher();
    }

    /// <summary>Whether what it matches is not ignored after all.</summary>
    public bool IsException { get; }

    /// <summary>Reads a pattern; throws <see cref="FormatException"/> for one that is none.</summary>
    public static IgnorePattern Parse(string line)
    {
        var isException = line.StartsWith('!');
        var text = isException ? line[1..].Trim() : line;
        return text.Length > 0 ? new IgnorePattern(Clean(text), isException) : throw new FormatException("a '!' needs a pattern after it");
    }

    /// <summary>Whether it matches a path of the context, '/' between parts, or a directory above it.</summary>
    public bool Matches(string path)
    {
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = path.IndexOf('/', slash + 1))
        {
            if (_matches(path[..slash]))
            {
                return true;
            }
        }

        return _matches(path);
    }

    /// <summary>Whether it could match something within a directory that it doesn't match itself.</summary>
    public bool MayMatchWithin(string directory)
    {
        var wildcard = _text.IndexOfAny(s_wildcards);
        var inside = directory + "/";
        return wildcard < 0
            ? _text.StartsWith(inside, StringComparison.Ordinal)
            : _text.AsSpan(0, wildcard).StartsWith(inside, StringComparison.Ordinal) || inside.AsSpan().StartsWith(_text.AsSpan(0, wildcard), StringComparison.Ordinal);
    }

    // Go's path.Clean, and relative to the context in any case.
    private static string Clean(string text)
    {
        var parts = new List<string>();
        foreach (var part in text.Split('/'))
        {
            switch (part)
            {
                case "" or ".":
                    break;
                case ".." when parts.Count > 0 && parts[^1] != "..":
                    parts.RemoveAt(parts.Count - 1);
                    break;
                case ".." when text.StartsWith('/'):
                    break;
                default:
                    parts.Add(part);
                    break;
            }
        }

        return parts.Count > 0 ? string.Join('/', parts) : text.StartsWith('/') ? "/" : ".";
    }

    /// <summary>From a pattern to what decides, in one pass over its characters.</summary>
    private sealed class Translation(string pattern)
    {
        private const string AnyButSlash = "(?:[\\uD800-\\uDBFF][\\uDC00-\\uDFFF]|[^/])";

        private readonly StringBuilder _regex = new("^");
        private Kind _kind = Kind.Exact;
        private int _at;

        private enum Kind
        {
            Exact,
            Prefix,
            Suffix,
            Regex,
        }

        public Func<string, bool> Matcher()
        {
            while (_at < pattern.Length)
            {
                Next();
            }

            return _kind switch
            {
                Kind.Exact => path => path == pattern,
                Kind.Prefix => path => path.StartsWith(pattern[..^2], StringComparison.Ordinal),
                Kind.Suffix => path => path.EndsWith(pattern[2..], StringComparison.Ordinal) || (pattern.Length > 2 && pattern[2] == '/' && path == pattern[3..]),
                _ => new Regex(_regex.Append("\\z").ToString(), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant).IsMatch,
            };
        }

        private void Next()
        {
            var letter = pattern[_at++];
            switch (letter)
            {
                case '*' when Skip('*'):
                    AnyDirectories(isFirst: _at == 2);
                    break;
                case '*':
                    Append("[^/]*");
                    break;
                case '?':
                    Append(AnyButSlash);
                    break;
                case '\\':
                    Append(Escaped(_at < pattern.Length ? pattern[_at++] : throw new FormatException("it ends with a '\\'")));
                    break;
                case '[':
                    Append(CharacterClass());
                    break;
                default:
                    _regex.Append(Escaped(letter));
                    break;
            }
        }

        // "**" at an end is a plain comparison; only "**" at the beginning without a '/' after it matches within a name.
        private void AnyDirectories(bool isFirst)
        {
            Skip('/');
            if (_at < pattern.Length)
            {
                Append("(.*/)?");
            }
            else if (_kind == Kind.Exact)
            {
                _kind = Kind.Prefix;
            }
            else
            {
                Append(".*");
            }

            _kind = isFirst ? Kind.Suffix : _kind;
        }

        private string CharacterClass()
        {
            var set = new StringBuilder(Skip('^') ? "[^" : "[");
            for (var isFirst = true; isFirst || !Skip(']'); isFirst = false)
            {
                var from = ClassCharacter();
                var to = Skip('-') ? ClassCharacter() : from;
                set.Append(from <= to ? Escaped(from) + "-" + Escaped(to) : throw new FormatException($"the range {from}-{to} is empty"));
            }

            return set.Append(']').ToString();
        }

        private char ClassCharacter()
        {
            if (_at >= pattern.Length || pattern[_at] is '-' or ']')
            {
                throw new FormatException("a '[' is not closed, or holds a '-' or ']' without a '\\' before it");
            }

            Skip('\\');
            return _at + 1 < pattern.Length ? pattern[_at++] : throw new FormatException("a '[' is not closed");
        }

        private void Append(string expression)
        {
            _regex.Append(expression);
            _kind = Kind.Regex;
        }

        private bool Skip(char letter)
        {
            var found = _at < pattern.Length && pattern[_at] == letter;
            _at += found ? 1 : 0;
            return found;
        }

        private static string Escaped(char letter) => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)letter:X4}");
    }
}
