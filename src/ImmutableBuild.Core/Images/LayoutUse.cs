using ImmutableBuild.Registries;

namespace ImmutableBuild.Images;

/// <summary>
/// The layout of a project's releases as a stage works with it. All builds of the project share the one in its intermediate directory, and each leaves its own image alone
/// in it; but as long as any stage of any of them is at work with it, nothing is removed. The operating system ends a use with its process.
/// </summary>
internal sealed class LayoutUse : IDisposable
{
    // A process that another thread is just starting holds on to what was let go of until it has begun.
    private const int Attempts = 5;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    private readonly string _directory;
    private IDisposable _use;

    private LayoutUse(string directory, IDisposable use) => (_directory, _use) = (directory, use);

    /// <summary>Waits until nothing is being removed from the layout, and keeps it so until this is disposed. Throws IMB2007 after a minute.</summary>
    public static LayoutUse Enter(string directory, CancellationToken cancellationToken) => new(directory, StoreUse.Enter(directory, cancellationToken));

    /// <summary>
    /// Removes what <paramref name="remove"/> removes; false when another build is at work with the layout, and nothing was touched: a later bake removes it. This use goes on
    /// afterwards, and nobody else has removed anything in between.
    /// </summary>
    public async Task<bool> TryRemoveAsync(Func<Task> remove, CancellationToken cancellationToken)
    {
        using var turn = StoreUse.TryTakeTurn(_directory);
        if (turn is null)
        {
            return false;
        }

        _use.Dispose();
        try
        {
            using var alone = await TryTakeAloneAsync(cancellationToken);
            if (alone is null)
            {
                return false;
            }

            await remove();
            return true;
        }
        finally
        {
            _use = StoreUse.Enter(_directory, CancellationToken.None);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _use.Dispose();

    private async Task<IDisposable?> TryTakeAloneAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (StoreUse.TryTakeAlone(_directory) is { } alone)
            {
                return alone;
            }

            if (attempt == Attempts)
            {
                return null;
            }

            await Task.Delay(s_pause, cancellationToken);
        }
    }
}
