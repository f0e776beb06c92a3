using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Registries;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Images.Bases;

/// <summary>The base image of a release: what its lock file pins, and a word about one that is not pinned, or old.</summary>
internal sealed class PinnedBase(string reference, StageContext context, RegistryConnector connector)
{
    /// <summary>Finds it for each platform, all under the one digest that the reference stands for. Throws as <see cref="BaseImageResolver"/> does.</summary>
    public async Task<ImmutableArray<BaseImage>> ResolveAsync(IEnumerable<Platform> platforms, CancellationToken cancellationToken)
    {
        var resolver = new BaseImageResolver(context.Options.DataDirectory, connector);
        var locked = (await BaseLock.ReadAsync(context.Options.Bake.LockFile, cancellationToken)).Find(reference);
        var found = new List<BaseImage>();
        foreach (var platform in platforms)
        {
            // Once the tag is resolved, its digest is used for the other platforms: the tag may move meanwhile, and all of them need the same base.
            found.Add(await resolver.ResolveAsync(reference, platform, cancellationToken, locked ?? found.FirstOrDefault()?.Pin));
        }

        Warn(found, isLocked: locked is not null);
        return [.. found];
    }

    private void Warn(List<BaseImage> found, bool isLocked)
    {
        if (!isLocked && found[0].Pin is { } named && ImageReference.Parse(reference).Digest is null)
        {
            context.Reporter.Warn(BakeErrors.BaseNotPinned(reference, named));
        }

        if (found.Max(image => BaseAge.Of(image, context.Time)) is { } age && age > context.Options.Bake.MaxBaseAge)
        {
            context.Reporter.Warn(BakeErrors.BaseOld(reference, age, context.Options.Bake.MaxBaseAge.Value));
        }
    }
}
