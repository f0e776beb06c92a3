using ImmutableBuild.Images;
using ImmutableBuild.Scanning.Advisories;

namespace ImmutableBuild.Scanning.Feeds;

/// <summary>The advisories of a feed. One that can't be had makes the image one that was not assessed (N1).</summary>
/// <param name="name">What reports call it.</param>
/// <param name="stamp">Changes whenever the advisories may; null where they would be fetched.</param>
/// <param name="read">Reads them; throws <see cref="FeedFaultException"/> when they can't be had.</param>
internal sealed class FeedAdvisories(string name, Func<Digest?> stamp, Func<CancellationToken, Task<AdvisorySet>> read) : IVulnerabilitySource
{
    private MatchedAdvisories? _matched;

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public Task<Digest?> StampAsync(CancellationToken cancellationToken) => Task.FromResult(stamp());

    /// <inheritdoc/>
    public async Task<SourceOpinion> AskAsync(ImageInQuestion image, CancellationToken cancellationToken)
    {
        try
        {
            _matched ??= new MatchedAdvisories(name, () => throw new InvalidOperationException("A feed has a stamp of its own."), read);
            return await _matched.AskAsync(image, cancellationToken);
        }
        catch (FeedFaultException fault)
        {
            return SourceOpinion.None(name, fault.Message);
        }
    }
}
