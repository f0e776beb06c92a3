using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.IntegrationTests.Targets;

namespace ImmutableBuild.IntegrationTests.Local;

/// <summary>A stop, and a release that begins meanwhile.</summary>
public sealed class StopTests : OnLocalBed
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Fault", "F04")]
    public async Task A_release_that_is_tried_all_along_a_stop_serves_once_it_gets_through()
    {
        await Bed.ReleaseAsync(Bed.Spec(Bed.App, version: 1));
        var next = Bed.Spec(Bed.App, version: 2);

        var stopping = new StopApp(Bed.Target, TimeProvider.System, QuietReporter.Instance).RunAsync(Bed.App, Ct);
        while (!stopping.IsCompleted && !await IsHeldAsync())
        {
            await Task.Delay(20, Ct);
        }

        await ReleaseAsync(next);
        await stopping;

        await Bed.ShouldBeOnlyAsync(next);
    }

    private async Task<bool> IsHeldAsync()
    {
        try
        {
            return (await Bed.ObserveAsync()).Lease is not null;
        }
        catch (ImmutableBuildException away) when (away.IsTransient)
        {
            // The gateway is on its way out.
            return false;
        }
    }

    /// <summary>Releases as soon as nobody else holds the lease.</summary>
    private async Task ReleaseAsync(GenerationSpec spec)
    {
        while (true)
        {
            try
            {
                await Bed.ReleaseAsync(spec, target: Bed.Elsewhere);
                return;
            }
            catch (ImmutableBuildException held) when (held.Code == "IMB6001")
            {
                await Task.Delay(20, Ct);
            }
        }
    }
}
