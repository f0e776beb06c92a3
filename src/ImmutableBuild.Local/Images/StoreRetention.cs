using ImmutableBuild.Generations;
using ImmutableBuild.Images;
using ImmutableBuild.Local.Gateways;
using ImmutableBuild.Registries;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Local.Images;

/// <summary>
/// Bounds the embedded store of an app, which all its environments share. What each of them needs is read from disk, so that no
/// other environment's gateway is asked or started (F41).
/// </summary>
internal sealed class StoreRetention(LocalLayout layout, ImageStore unpacked, TimeProvider time)
{
    /// <summary>How many images stay for going back, of the newest an environment had live; and how many of the last pushed, whatever became of them.</summary>
    public const int Images = 10;

    /// <summary>Removes what no environment needs; nothing while something is being pushed or read, for the next release does it then. Returns how many images went.</summary>
    public async Task<int> ApplyAsync(string app, CancellationToken cancellationToken) =>
        await StorePruning.KeepOnlyAsync(layout.Store(app), Needed(app), Images, cancellationToken) ?? 0;

    private HashSet<Digest> Needed(string app) =>
        [.. unpacked.UsedBy(app), .. Environments(app).SelectMany(LiveImages)];

    private IEnumerable<AppKey> Environments(string app) => Directory.Exists(layout.Apps)
        ? Directory.EnumerateDirectories(layout.Apps, $"{app}.*").Select(path => Path.GetFileName(path)[(app.Length + 1)..]).Where(AppKey.IsLabel).Select(environment => new AppKey(app, environment))
        : [];

    private IEnumerable<Digest> LiveImages(AppKey key) => StoppedApp.Observe(key, layout.App(key), time.GetUtcNow()).Ledger
        .Where(entry => entry.Event == LedgerEvent.Live)
        .Reverse()
        .Select(entry => entry.Spec.Image)
        .Distinct()
        .Take(Images);
}
