namespace ImmutableBuild.Benchmarks.Measuring;

/// <summary>A table in Markdown whose columns line up, for a terminal and for a document.</summary>
internal sealed class TextTable(params string[] heads)
{
    private readonly List<string[]> _rows = [];

    public void Add(params string[] cells) => _rows.Add(cells);

    public override string ToString()
    {
        var widths = heads.Select((head, column) => _rows.Select(row => row[column].Length).Append(head.Length).Max()).ToArray();
        return string.Join('\n', [Line(heads), Line([.. widths.Select((width, column) => new string('-', column == 0 ? width : width - 1) + (column == 0 ? "" : ":"))]), .. _rows.Select(Line)]) + "\n";

        string Line(string[] cells) => "| " + string.Join(" | ", cells.Select((cell, column) => column == 0 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]))) + " |";
    }
}
