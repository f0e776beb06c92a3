using ImmutableBuild.Releases;

namespace ImmutableBuild.Gateway.State;

/// <summary>What a gateway finds in its state directory, and a clock that goes on from the newest moment written down in it.</summary>
internal sealed record SavedState(SteadyTime Time, LedgerFile Ledger, StateStore Store)
{
    /// <summary>Takes <paramref name="directory"/> over and reads it; see <see cref="StateStore.Open"/>.</summary>
    public static SavedState Open(string directory, AppKey app, TimeProvider system, GatewayLog log)
    {
        // Claimed before anything is read: an earlier gateway that still runs adds nothing to what is read then.
        var fence = StateFence.Claim(directory, log);
        var time = new SteadyTime(system);
        var ledger = LedgerFile.Open(directory, log);
        time.NotBefore(ledger.Entries.Select(entry => entry.At).DefaultIfEmpty().Max());
        var store = StateStore.Open(directory, app, time, log, fence: fence);
        time.NotBefore(store.Current.WrittenAt);
        return new SavedState(time, ledger, store);
    }
}
