using System.Buffers;
using System.Globalization;
using System.Text;

namespace ImmutableBuild.Scanning.Content;

/// <summary>Where in a file something secret is, and what; never the secret itself.</summary>
/// <param name="IsKey">It is a private key.</param>
/// <param name="Line">The line it begins in, 1-based.</param>
/// <param name="Kind">What it is: <c>a GitHub token</c>.</param>
internal sealed record SecretSpot(bool IsKey, int Line, string Kind);

/// <summary>Finds them, in the form that is noted about a layer: a line each.</summary>
internal static class SecretSpots
{
    private static readonly SearchValues<string> Markers = SearchValues.Create(SecretPatterns.Markers, StringComparison.Ordinal);

    /// <summary>What there is in a file.</summary>
    public static byte[] Find(Stream content)
    {
        var bytes = new byte[content.Length];
        content.ReadExactly(bytes);
        var text = TextContent.Of(bytes);
        if (text is null || !text.AsSpan().ContainsAny(Markers))
        {
            return [];
        }

        var keys = SecretPatterns.FindPrivateKeys(text).Select(index => $"key\t{LineOf(text, index)}\ta private key\n");
        var tokens = SecretPatterns.FindTokens(text).Select(token => $"token\t{LineOf(text, token.Index)}\t{token.Kind}\n");
        return Encoding.UTF8.GetBytes(string.Concat(keys.Concat(tokens)));
    }

    /// <summary>Reads what <see cref="Find"/> wrote.</summary>
    public static IEnumerable<SecretSpot> Read(byte[] found) => found.Length == 0 ? [] :
        Encoding.UTF8.GetString(found).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('\t'))
            .Select(parts => new SecretSpot(parts[0] == "key", int.Parse(parts[1], CultureInfo.InvariantCulture), parts[2]));

    private static string LineOf(string text, int index) => (text.AsSpan(0, index).Count('\n') + 1).ToString(CultureInfo.InvariantCulture);
}
