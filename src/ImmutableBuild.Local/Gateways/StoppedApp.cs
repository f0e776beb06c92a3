using System.Collections.Immutable;
using System.Text.Json;
using ImmutableBuild.Errors;
using ImmutableBuild.Gateway;
using ImmutableBuild.Generations;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Local.Gateways;

/// <summary>What there is to see of an app that no gateway runs for: its history, if it has one. Looking creates nothing.</summary>
internal static class StoppedApp
{
    private const long MaxLedgerBytes = 256 * 1024 * 1024;

    /// <summary>An observation without generations. IMB6100 when the ledger can't be read.</summary>
    public static Observation Observe(AppKey app, string stateDirectory, DateTimeOffset now) =>
        new(app, now, [], new RouteState(Route.None, now, null), null, ReadLedger(Path.Combine(stateDirectory, GatewayFiles.Ledger)));

    private static ImmutableArray<LedgerEntry> ReadLedger(string path)
    {
        try
        {
            var file = new FileInfo(path);
            return !file.Exists
                ? []
                : file.Length > MaxLedgerBytes
                    ? throw LocalErrors.DataDirectoryUnusable(path, new IOException($"it has {file.Length} bytes; at most {MaxLedgerBytes} are read."))
                    : LedgerView.Of([.. Lines(path).Select(Parse).OfType<LedgerEntry>()], existing: []);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw LocalErrors.DataDirectoryUnusable(path, fault);
        }
    }

    // A gateway may be appending to it right now.
    private static IEnumerable<string> Lines(string path)
    {
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    // As the gateway reads it: a line that is no entry, such as one a crash cut short, is left out.
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
