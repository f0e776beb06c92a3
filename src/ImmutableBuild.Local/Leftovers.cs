using ImmutableBuild.Errors;
using ImmutableBuild.Images.Bases;
using ImmutableBuild.Local.Gateways;
using ImmutableBuild.Local.Images;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Local;

/// <summary>What releases leave under the data directory that nobody needs any more: old images of the embedded store, base images, old copies of the gateway.</summary>
internal sealed class Leftovers(LocalLayout layout, ImageStore unpacked, TimeProvider time)
{
    private readonly StoreRetention _store = new(layout, unpacked, time);
    private readonly GatewayCopies _copies = new(layout, time);

    /// <summary>Removes them. Needs no lease: it is safe beside other releases, and what it can't take now the next one takes. IMB6100 when the disk won't have it.</summary>
    public async Task RemoveAsync(AppKey app, CancellationToken cancellationToken)
    {
        try
        {
            await _store.ApplyAsync(app.App, cancellationToken);
            await BaseCache.PruneAsync(layout.Root, cancellationToken);
            _copies.RemoveUnused();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw LocalErrors.DataDirectoryUnusable(layout.Root, fault);
        }
    }
}
