using System.Diagnostics.CodeAnalysis;

namespace ImmutableBuild.Registries;

/// <summary>One challenge of a <c>WWW-Authenticate</c> header (RFC 9110, 11.6.1): a scheme and its parameters.</summary>
internal sealed record AuthenticationChallenge(string Scheme, IReadOnlyDictionary<string, string> Parameters)
{
    private const int MaxLength = 8192;

    /// <summary>Parses <c>Bearer realm="…",service="…"</c>; false when it isn't of that form.</summary>
    public static bool TryParse(string header, [NotNullWhen(true)] out AuthenticationChallenge? challenge)
    {
        challenge = null;
        var text = header.AsSpan().Trim();
        var space = text.IndexOf(' ');
        var scheme = space < 0 ? text : text[..space];
        if (header.Length > MaxLength || scheme.IsEmpty || !IsToken(scheme))
        {
            return false;
        }

        var parameters = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var rest = space < 0 ? [] : text[space..].Trim();
        while (!rest.IsEmpty)
        {
            if (!TryParameter(ref rest, out var name, out var value) || !parameters.TryAdd(name, value))
            {
                return false;
            }
        }

        challenge = new AuthenticationChallenge(scheme.ToString(), parameters);
        return true;
    }

    private static bool TryParameter(ref ReadOnlySpan<char> rest, out string name, out string value)
    {
        (name, value) = ("", "");
        var equals = rest.IndexOf('=');
        if (equals < 1 || !IsToken(rest[..equals].Trim()))
        {
            return false;
        }

        name = rest[..equals].Trim().ToString();
        rest = rest[(equals + 1)..].TrimStart();
        return (rest.StartsWith("\"") ? TryQuoted(ref rest, out value) : TryBare(ref rest, out value)) && TrySeparator(ref rest);
    }

    private static bool TryQuoted(ref ReadOnlySpan<char> rest, out string value)
    {
        var text = new System.Text.StringBuilder();
        for (var i = 1; i < rest.Length; i++)
        {
            if (rest[i] == '"')
            {
                value = text.ToString();
                rest = rest[(i + 1)..];
                return true;
            }

            i += rest[i] == '\\' ? 1 : 0;
            if (i < rest.Length)
            {
                text.Append(rest[i]);
            }
        }

        value = "";
        return false;
    }

    private static bool TryBare(ref ReadOnlySpan<char> rest, out string value)
    {
        var comma = rest.IndexOf(',');
        var bare = (comma < 0 ? rest : rest[..comma]).Trim();
        value = bare.ToString();
        rest = comma < 0 ? [] : rest[comma..];
        return !bare.IsEmpty && !bare.ContainsAny('"', ' ');
    }

    private static bool TrySeparator(ref ReadOnlySpan<char> rest)
    {
        rest = rest.TrimStart();
        if (rest.IsEmpty)
        {
            return true;
        }

        var separated = rest[0] == ',';
        rest = rest[1..].TrimStart();
        return separated;
    }

    private static bool IsToken(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.'))
            {
                return false;
            }
        }

        return !text.IsEmpty;
    }
}
