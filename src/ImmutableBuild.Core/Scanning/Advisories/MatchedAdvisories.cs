using ImmutableBuild.Images;

namespace ImmutableBuild.Scanning.Advisories;

/// <summary>Advisories of any form, held against an image's components by each ecosystem's own order of versions. They are read once, however many images are asked about.</summary>
/// <param name="name">What reports call them.</param>
/// <param name="stamp">A digest that changes whenever the advisories may.</param>
/// <param name="read">Reads them.</param>
internal sealed class MatchedAdvisories(string name, Func<Digest> stamp, Func<CancellationToken, Task<AdvisorySet>> read) : IVulnerabilitySource
{
    private AdvisorySet? _advisories;

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public Task<Digest?> StampAsync(CancellationToken cancellationToken) => Task.FromResult<Digest?>(stamp());

    /// <inheritdoc/>
    public async Task<SourceOpinion> AskAsync(ImageInQuestion image, CancellationToken cancellationToken)
    {
        var advisories = _advisories ??= await read(cancellationToken);
        return new SourceOpinion(
            new SourceFacts(name, advisories.Count, advisories.Content, advisories.Newest, advisories.Fetched),
            [.. AdvisoryMatcher.Match(image.Inventory.Components, advisories, name)],
            advisories.Covers,
            []);
    }
}
