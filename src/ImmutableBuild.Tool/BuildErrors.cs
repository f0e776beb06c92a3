using System.Collections.Immutable;
using System.Text.RegularExpressions;
using ImmutableBuild.Tool.Output;

namespace ImmutableBuild.Tool;

/// <summary>
/// The errors among a build's lines. MSBuild gives each line of a message its place and code again; a build within the build repeats them.
/// </summary>
internal sealed partial class BuildErrors
{
    private readonly List<ErrorAnswer> _errors = [];
    private string? _before;

    /// <summary>The errors so far, each once.</summary>
    public ImmutableArray<ErrorAnswer> All => [.. _errors.Distinct()];

    /// <summary>Reads the next line.</summary>
    public void Read(string line)
    {
        if (ErrorLine().Match(line) is not { Success: true } match)
        {
            _before = null;
            return;
        }

        var error = new ErrorAnswer(match.Groups["code"].Value, match.Groups["text"].Value);
        var before = line[..match.Groups["text"].Index];
        if (before == _before)
        {
            _errors[^1] = error with { Message = $"{_errors[^1].Message}\n{error.Message}" };
        }
        else
        {
            _errors.Add(error);
        }

        _before = before;
    }

    [GeneratedRegex(@"\berror (?<code>[A-Z]{2,8}\d{3,5}): (?<text>.*?)( \[[^\]]*\])?$", RegexOptions.ExplicitCapture)]
    private static partial Regex ErrorLine();
}
