using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace ImmutableBuild.Releases;

/// <summary>What is released, and where for: <c>web</c> in <c>production</c>. Everything a target keeps belongs to exactly one key.</summary>
public sealed record AppKey
{
    /// <summary>Creates a key; throws <see cref="FormatException"/> when a part is no DNS label (RFC 1123: a-z, 0-9, '-', at most 63).</summary>
    [JsonConstructor]
    public AppKey(string app, string environment)
    {
        App = IsLabel(app) ? app : throw new FormatException($"'{app}' is not a valid app name: use a-z, 0-9 and '-', at most 63 characters, starting and ending with a letter or digit.");
        Environment = IsLabel(environment) ? environment : throw new FormatException($"'{environment}' is not a valid environment name: use a-z, 0-9 and '-', at most 63 characters, starting and ending with a letter or digit.");
    }

    /// <summary>The app's name.</summary>
    public string App { get; }

    /// <summary>The environment's name.</summary>
    public string Environment { get; }

    /// <summary>Whether <paramref name="text"/> is a DNS label.</summary>
    public static bool IsLabel([NotNullWhen(true)] string? text) =>
        text is { Length: > 0 and <= 63 } && text[0] != '-' && text[^1] != '-'
        && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    /// <inheritdoc/>
    public override string ToString() => $"{App}/{Environment}";
}
