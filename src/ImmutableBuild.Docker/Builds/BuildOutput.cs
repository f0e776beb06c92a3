using System.Text;
using System.Text.RegularExpressions;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Docker.Builds;

/// <summary>What a build says while it runs: lines for people, the step it is at, and the image that it made.</summary>
/// <param name="say">Gets each line, harmless to a terminal.</param>
internal sealed partial class BuildOutput(Action<string> say) : IProgress<JSONMessage>
{
    private const int LongestLine = 4096;
    private const int LinesKept = 15;

    private readonly StringBuilder _pending = new();
    private readonly Queue<string> _last = new();

    /// <summary>The step that was begun last, as it stands in the Dockerfile; null before the first.</summary>
    public string? Step { get; private set; }

    /// <summary>The id of the image that was made last; null before one was.</summary>
    public string? Image { get; private set; }

    /// <summary>The last lines of the step.</summary>
    public IReadOnlyCollection<string> LastLines => _last;

    /// <inheritdoc/>
    public void Report(JSONMessage value)
    {
        Image = value.Aux?.ID ?? Image;
        foreach (var letter in value.Stream ?? (value is { Status: { } status, Progress: null } ? $"{(value.ID is { } layer ? $"{layer}: " : "")}{status}\n" : ""))
        {
            if (letter is '\n' or '\r' || _pending.Length == LongestLine)
            {
                EndLine();
            }

            if (letter is not ('\n' or '\r'))
            {
                _pending.Append(letter);
            }
        }
    }

    /// <summary>Says what is left of a line that nothing ended.</summary>
    public void End() => EndLine();

    private void EndLine()
    {
        var line = Colour.Replace(_pending.ToString(), "").TrimEnd();
        _pending.Clear();
        if (line.Length == 0)
        {
            return;
        }

        say(PrintableText.Of(line));
        if (Begun.Match(line) is { Success: true } begun)
        {
            Step = begun.Groups[1].Value;
            _last.Clear();
            return;
        }

        _last.Enqueue(line);
        if (_last.Count > LinesKept)
        {
            _last.Dequeue();
        }
    }

    [GeneratedRegex(@"^Step \d+/\d+ : (.+)$")]
    private static partial Regex Begun { get; }

    // The engine paints what a step wrote to its standard error.
    [GeneratedRegex("\e\\[[0-9;]*m")]
    private static partial Regex Colour { get; }
}
