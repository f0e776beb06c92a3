using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ImmutableBuild.Errors;
using ImmutableBuild.Reports;
using Spectre.Console;

namespace ImmutableBuild.Tool.Output;

/// <summary>
/// Where answers go: as text for people, or as one JSON document. Colours and tables' frames only where a terminal shows them
/// (NO_COLOR and redirection are Spectre's to heed); every text from outside is made harmless first.
/// </summary>
internal sealed class ToolOutput(IAnsiConsole console, IAnsiConsole errors, TextWriter json, bool asJson)
{
    /// <summary>Whether the answer is a JSON document.</summary>
    public bool AsJson => asJson;

    /// <summary>The terminal, for live progress.</summary>
    public IAnsiConsole Console => console;

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
    public void Line(string text) => console.Profile.Out.Writer.WriteLine(Printable.Line(text));

    /// <summary>One line in a style, <c>bold green</c>.</summary>
    public void Line(string text, string style)
    {
        if (console.Profile.Capabilities.Ansi)
        {
            console.MarkupLine($"[{style}]{Cell(text)}[/]");
        }
        else
        {
            Line(text);
        }
    }

    /// <summary>A line exactly as it is, with whatever escapes it holds; only when the user asked for that.</summary>
    public void Raw(string line) => console.Profile.Out.Writer.WriteLine(line);

    /// <summary>A table: framed on a terminal, columns parted by two spaces elsewhere.</summary>
    public void Table(string[] heads, IReadOnlyList<string[]> rows)
    {
        if (console.Profile.Capabilities.Ansi)
        {
            var table = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey);
            table.AddColumns([.. heads.Select(head => new TableColumn($"[grey]{Cell(head)}[/]").NoWrap())]);
            rows.ToList().ForEach(row => table.AddRow([.. row.Select(Cell)]));
            console.Write(table);
            return;
        }

        var widths = heads.Select((head, column) => rows.Select(row => Printable.Line(row[column]).Length).Append(head.Length).Max()).ToArray();
        foreach (var row in rows.Prepend(heads))
        {
            Line(string.Join("  ", row.Select((cell, column) => Printable.Line(cell).PadRight(widths[column]))).TrimEnd());
        }
    }

    /// <summary>Tells errors and warnings on standard error.</summary>
    public void Tell(Diagnostic diagnostic)
    {
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

    private static string Cell(string text) => Markup.Escape(Printable.Line(text));
}
