using System.Collections.Concurrent;
using System.Collections.Immutable;
using ImmutableBuild.Generations;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Docker.Images;

/// <summary>The generations that a release has observed. The ledger does not name all of them: not those that were cancelled, nor what killed releases left.</summary>
internal sealed class SeenImages
{
    private readonly ConcurrentDictionary<AppKey, ImmutableDictionary<GenerationId, GenerationSpec>> _seen = new();

    /// <summary>Remembers <paramref name="specs"/>.</summary>
    public void Note(AppKey app, IEnumerable<GenerationSpec> specs)
    {
        var met = specs.ToImmutableDictionary(spec => spec.Id);
        _seen.AddOrUpdate(app, met, (_, known) => known.SetItems(met));
    }

    /// <summary>Gives all that were noted, and forgets them.</summary>
    public IEnumerable<GenerationSpec> Take(AppKey app) => _seen.TryRemove(app, out var known) ? known.Values : [];
}
