namespace ImmutableBuild.IntegrationTests.Local;

/// <summary>Tests that have a <see cref="LocalBed"/> each; where there can be none, they are skipped.</summary>
public abstract class OnLocalBed : IAsyncLifetime
{
    private LocalBed? _bed;

    private protected LocalBed Bed => _bed!;

    public ValueTask InitializeAsync()
    {
        _bed = new LocalBed();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await Bed.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
