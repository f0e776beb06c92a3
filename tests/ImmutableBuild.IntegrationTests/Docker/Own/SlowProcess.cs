using ImmutableBuild.IntegrationTests.Gateway;

namespace ImmutableBuild.IntegrationTests.Docker.Own;

/// <summary>A process that stands still most of the time, as on a machine with far too much to do. It goes on once this is disposed of.</summary>
internal sealed class SlowProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_still = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(3);

    private readonly CancellationTokenSource _over = new();
    private readonly Task _halting;

    public SlowProcess(int process) => _halting = HaltAsync(process);

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _halting;
        _over.Dispose();
    }

    private async Task HaltAsync(int process)
    {
        while (!_over.IsCancellationRequested)
        {
            Signals.Stop(process);
            await Task.Delay(s_still, CancellationToken.None);
            Signals.Continue(process);
            await Task.Delay(s_moment, CancellationToken.None);
        }
    }
}
