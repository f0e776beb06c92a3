using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ImmutableBuild.Errors;
using ImmutableBuild.GitHub.Runs;
using ImmutableBuild.Reports;
using Spectre.Console;

namespace ImmutableBuild.Tool.Output;

/// <summary>
/// Where answers go: as text for people, or as one JSON document. Colours only where a terminal shows them
/// (<see cref="ToolCommand"/> knows); every text from outside is made harmless first.
/// </summary>
internal sealed class ToolOutput(IAnsiConsole console, IAnsiConsole errors, TextWriter json, bool asJson)
{
    /// <summary>The log of the workflow's run that the tool is called in; null outside of one.</summary>
    public RunLog? Run { get; init; }

    /// <summary>Whether the answer is a JSON document.</summary>
    public bool AsJson => asJson;

    /// <summary>Shows what is at work from now on; null where nobody watches a terminal.</summary>
    public LiveLine? Begin(string work) =>
        !asJson && console.Profile.Capabilities is { Interactive: true, Ansi: true } ? new LiveLine(console.Profile.Out.Writer, work, TimeProvider.System) : null;

    /// <summary>Gives the answer in the form that was asked for.</summary>
    public void Answer<T>(T answer, JsonTypeInfo<T> type, Action<ToolOutput> asText)
    {
        if (asJson)
        {
            json.WriteLine(JsonSerializer.Serialize(answer, type));
        }
        else
        {
            asText(this);
        }
    }

    /// <summary>One line, as long as it is.</summary>
    public void Line(string text) => Line(text, "");

    /// <summary>One line in a style, <c>bold green</c>.</summary>
    public void Line(string text, string style)
    {
        var line = Printable.Line(text);
        if (console.Profile.Capabilities.Ansi)
        {
            console.WriteLine(line, style.Length == 0 ? Style.Plain : Style.Parse(style));
        }
        else
        {
            console.Profile.Out.Writer.WriteLine(line);
        }
    }

    /// <summary>A line exactly as it is, with whatever escapes it holds; only when the user asked for that.</summary>
    public void Raw(string line) => console.Profile.Out.Writer.WriteLine(line);

    /// <summary>A table without a frame, columns parted by two spaces; under a row, what <paramref name="note"/> says of it.</summary>
    public void Table(string[] heads, IReadOnlyList<string[]> rows, Func<int, string?>? note = null)
    {
        var widths = heads.Select((head, column) => rows.Select(row => Printable.Line(row[column]).Length).Append(head.Length).Max()).ToArray();
        Line(Aligned(heads), "grey");
        for (var index = 0; index < rows.Count; index++)
        {
            Line(Aligned(rows[index]));
            if (note?.Invoke(index) is { } text)
            {
                Line($"{new string(' ', widths[0] + 2)}{text}", "yellow");
            }
        }

        string Aligned(string[] cells) => string.Join("  ", cells.Select((cell, column) => Printable.Line(cell).PadRight(widths[column]))).TrimEnd();
    }

    /// <summary>A remark on standard error, beside an answer that is somebody else's.</summary>
    public void Remark(string text) => errors.Profile.Out.Writer.WriteLine(Printable.Line(text));

    /// <summary>Tells errors and warnings on standard error.</summary>
    public void Tell(Diagnostic diagnostic)
    {
        Run?.Annotate(diagnostic);
        var word = diagnostic.Severity == Severity.Error ? "error" : "warning";
        var text = $"{word} {diagnostic.Code}: {Printable.Block(diagnostic.Message)}";
        if (errors.Profile.Capabilities.Ansi)
        {
            errors.MarkupLine($"[{(diagnostic.Severity == Severity.Error ? "red" : "yellow")}]{Markup.Escape(text)}[/]");
        }
        else
        {
            errors.Profile.Out.Writer.WriteLine(text);
        }
    }
}
