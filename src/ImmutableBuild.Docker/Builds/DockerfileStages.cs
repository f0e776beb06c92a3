using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace ImmutableBuild.Docker.Builds;

/// <summary>
/// The stages of a Dockerfile, as far as they tell which images it is made upon. The engine alone understands the rest; what is not understood here
/// only leaves the record without a base image's name.
/// </summary>
internal sealed partial class DockerfileStages
{
    private readonly List<(string? Name, string Image)> _stages = [];
    private readonly Dictionary<string, string> _arguments = new(StringComparer.Ordinal);
    private readonly HashSet<string> _copiedFrom = new(StringComparer.OrdinalIgnoreCase);
    private readonly ImmutableSortedDictionary<string, string> _given;

    private DockerfileStages(ImmutableSortedDictionary<string, string> given) => _given = given;

    /// <summary>Reads a Dockerfile's text, with the values that are given for its <c>ARG</c>s.</summary>
    public static DockerfileStages Parse(string text, ImmutableSortedDictionary<string, string> arguments)
    {
        var stages = new DockerfileStages(arguments);
        foreach (var words in Instructions(text))
        {
            stages.Add(words);
        }

        return stages;
    }

    /// <summary>Every image from outside that a stage is made upon or copies from.</summary>
    public IEnumerable<string> Images => _stages.Select(stage => stage.Image).Concat(_copiedFrom)
        .Where(image => IsName(image) && !image.All(char.IsAsciiDigit) && !_stages.Any(stage => Is(stage.Name, image)))
        .Distinct(StringComparer.Ordinal);

    /// <summary>The image from outside that a stage, by default the last one, is made upon in the end; null for scratch, or where that can't be told.</summary>
    public string? BaseOf(string? target)
    {
        var at = target is null ? _stages.Count - 1 : _stages.FindLastIndex(stage => Is(stage.Name, target));
        while (at >= 0)
        {
            var image = _stages[at].Image;
            var earlier = _stages.FindLastIndex(at, at + 1, stage => stage != _stages[at] && Is(stage.Name, image));
            if (earlier < 0)
            {
                return IsName(image) ? image : null;
            }

            at = earlier;
        }

        return null;
    }

    private void Add(string[] words)
    {
        switch (words[0].ToUpperInvariant())
        {
            case "ARG" when _stages.Count == 0:
                foreach (var pair in words.Skip(1).Select(word => word.Split('=', 2)))
                {
                    _arguments[pair[0]] = _given.GetValueOrDefault(pair[0]) ?? (pair.Length > 1 ? Expand(pair[1].Trim('"', '\'')) : "");
                }

                break;
            case "FROM" when words.Skip(1).Where(word => !word.StartsWith("--", StringComparison.Ordinal)).ToArray() is [var image, .. var rest]:
                _stages.Add((rest is [var @as, var name] && Is(@as, "as") ? name : null, Expand(image)));
                break;
            case "COPY":
                _copiedFrom.UnionWith(words.Where(word => word.StartsWith("--from=", StringComparison.Ordinal)).Select(word => word["--from=".Length..]));
                break;
        }
    }

    // What no argument gives stays as it is written, and is no name of an image then.
    private string Expand(string text) => Variable.Replace(text, match => _arguments.GetValueOrDefault(match.Groups[1].Value + match.Groups[2].Value, match.Value));

    private static bool IsName(string image) => image.Length > 0 && !Is(image, "scratch") && !image.Contains('$', StringComparison.Ordinal);

    private static bool Is(string? name, string other) => string.Equals(name, other, StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<string[]> Instructions(string text)
    {
        var pending = "";
        foreach (var line in text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && !line.StartsWith('#')))
        {
            pending += line.TrimEnd('\\');
            if (line.EndsWith('\\'))
            {
                pending += " ";
                continue;
            }

            if (pending.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } words)
            {
                yield return words;
            }

            pending = "";
        }
    }

    [GeneratedRegex(@"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))")]
    private static partial Regex Variable { get; }
}
