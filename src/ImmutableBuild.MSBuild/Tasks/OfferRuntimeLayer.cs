using ImmutableBuild.Images;
using ImmutableBuild.Releases.Options;

namespace ImmutableBuild.MSBuild;

/// <summary>Lets the layer of the app's runtime be made while the app is compiled (<see cref="RuntimeLayerAhead"/>), where there is none yet.</summary>
public sealed class OfferRuntimeLayer : ReleaseTask
{
    /// <inheritdoc/>
    protected override Task RunAsync(CancellationToken cancellationToken)
    {
        var context = ContextOf(ReleaseOptionsParser.Parse(Input.Raw())) with { Reporter = new ClosedLog() };
        if (RuntimeLayer.IsMissing(context))
        {
            RuntimeLayerAhead.Offer(BuildEngine, context);
        }

        return Task.CompletedTask;
    }
}
