using System.Collections.Immutable;
using System.Text.Json;
using ImmutableBuild.Generations;

namespace ImmutableBuild.Gateway;

/// <summary>The file <see cref="GatewayFiles.Ledger"/>, read where no gateway runs.</summary>
public static class LedgerLines
{
    /// <summary>The largest file that is read, in bytes.</summary>
    public const long MaximumBytes = 256 * 1024 * 1024;

    /// <summary>What an observation shows of it. A line that is no entry, such as one a crash cut short, is left out, as the gateway does.</summary>
    public static ImmutableArray<LedgerEntry> Read(TextReader reader) => LedgerView.Of([.. Lines(reader).Select(Parse).OfType<LedgerEntry>()], existing: []);

    private static IEnumerable<string> Lines(TextReader reader)
    {
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    private static LedgerEntry? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, GenerationsJson.Default.LedgerEntry);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
