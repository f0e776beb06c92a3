namespace ImmutableBuild.Shells;

/// <summary>A table in a build log: columns parted by two spaces.</summary>
public static class Columns
{
    /// <summary>The lines, heads first.</summary>
    public static IEnumerable<string> Of(string[] heads, IReadOnlyList<string[]> rows)
    {
        var widths = heads.Select((head, column) => rows.Select(row => row[column].Length).Append(head.Length).Max()).ToArray();
        return rows.Prepend(heads).Select(cells => "  " + string.Join("  ", cells.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
    }
}
