using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Gateway;
using ImmutableBuild.Generations;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Local.Gateways;

/// <summary>What there is to see of an app that no gateway runs for: its history, if it has one. Looking creates nothing.</summary>
internal static class StoppedApp
{
    /// <summary>An observation without generations. IMB6100 when the ledger can't be read.</summary>
    public static Observation Observe(AppKey app, string stateDirectory, DateTimeOffset now) =>
        new(app, now, [], new RouteState(Route.None, now, null), null, ReadLedger(Path.Combine(stateDirectory, GatewayFiles.Ledger)));

    private static ImmutableArray<LedgerEntry> ReadLedger(string path)
    {
        try
        {
            var file = new FileInfo(path);
            return !file.Exists ? []
                : file.Length > LedgerLines.MaximumBytes ? throw LocalErrors.DataDirectoryUnusable(path, new IOException($"it has {file.Length} bytes; at most {LedgerLines.MaximumBytes} are read."))
                : Read(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw LocalErrors.DataDirectoryUnusable(path, fault);
        }
    }

    // A gateway may be appending to it right now.
    private static ImmutableArray<LedgerEntry> Read(string path)
    {
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        return LedgerLines.Read(reader);
    }
}
