namespace ImmutableBuild.IntegrationTests.Tool;

/// <summary>Tests that have a <see cref="ToolBed"/> each; where there can be none, they are skipped.</summary>
public abstract class OnToolBed : IAsyncLifetime
{
    private ToolBed? _bed;

    private protected ToolBed Bed => _bed!;

    public ValueTask InitializeAsync()
    {
        _bed = new ToolBed();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await Bed.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
