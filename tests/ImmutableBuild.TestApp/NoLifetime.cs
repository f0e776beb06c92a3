namespace ImmutableBuild.TestApp;

/// <summary>Leaves signals alone.</summary>
internal sealed class NoLifetime : IHostLifetime
{
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
