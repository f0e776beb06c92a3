using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Releases;
using ImmutableBuild.Reports;

namespace ImmutableBuild.Registries;

/// <summary>
/// Push: brings the image and its signatures to the registry, with all its mirrors, or to the embedded store, tagged by commit. A tag that exists with
/// another digest is left alone and refused (F36); with the same one nothing is sent.
/// </summary>
public sealed class PushStage : IStage
{
    private const int ParallelRegistries = 4;

    /// <inheritdoc/>
    public StageName Name => StageName.Push;

    /// <inheritdoc/>
    public async Task<StageResult> RunAsync(ReleaseRecord record, StageContext context, CancellationToken cancellationToken)
    {
        try
        {
            return await PushAsync(record, context, cancellationToken);
        }
        catch (Exception fault) when (context.Options.Push.Registry is null && fault is (IOException or UnauthorizedAccessException))
        {
            throw LocalErrors.DataDirectoryUnusable(context.Options.DataDirectory, fault);
        }
    }

    private static async Task<StageResult> PushAsync(ReleaseRecord record, StageContext context, CancellationToken cancellationToken)
    {
        var bake = record.Bake ?? throw RegistryErrors.NothingToPush("no image in the release record");
        var sign = record.Sign ?? throw RegistryErrors.NothingToPush("no signature in the release record");
        var layout = BakedLayout.Open(bake);
        var tag = ReleaseTag.Of(record.Compile, bake.Digest);
        // An image of a dirty tree must not take a tag that never moves: the commit's own image could not have it any more.
        var tags = record.Compile.Dirty ? [] : context.Options.Push.Tags.Remove(tag);
        var push = new ImagePush(layout, await layout.ReadManifestContentAsync(bake.Digest, cancellationToken), tag, tags, await SignedBy.OfAsync(sign, context.Options.Verify, cancellationToken));

        using var connector = RegistryConnector.Of(context);
        var stores = ImageStores.RepositoriesOf(context.Options).Select(repository =>
            (Repository: repository, Store: ImageStores.Open(repository, context.Options.DataDirectory, connector, RegistryAccess.Push, bake.BaseName))).ToArray();
        await EachAsync(stores, (_, store, ct) => AsTask(push.RequireFreeTagsAsync(store, ct)), cancellationToken);
        var pushed = await EachAsync(stores, push.RunAsync, cancellationToken);

        var result = new PushRecord
        {
            Repository = pushed[0].Repository,
            Tag = tag,
            AlsoTagged = tags,
            Digest = bake.Digest,
            BytesSent = pushed.Sum(place => place.BytesSent),
            AlreadyThere = pushed.All(place => place.AlreadyThere),
            Mirrors = pushed.RemoveAt(0),
        };
        return new StageResult(record with { Push = result }, Summary(result));
    }

    /// <summary>Does the same in all repositories. What fails in one keeps it from none of the others, and is told with where it succeeded.</summary>
    private static async Task<ImmutableArray<T>> EachAsync<T>((string Repository, IImageStore Store)[] stores, Func<string, IImageStore, CancellationToken, Task<T>> run, CancellationToken cancellationToken)
    {
        if (stores is [var only])
        {
            return [await run(only.Repository, only.Store, cancellationToken)];
        }

        var (done, faults) = (new T[stores.Length], new ImmutableBuildException?[stores.Length]);
        await Parallel.ForAsync(0, stores.Length, new ParallelOptions { MaxDegreeOfParallelism = ParallelRegistries, CancellationToken = cancellationToken }, async (number, ct) =>
        {
            try
            {
                done[number] = await run(stores[number].Repository, stores[number].Store, ct);
            }
            catch (ImmutableBuildException fault)
            {
                faults[number] = fault;
            }
        });
        var outcomes = stores.Zip(faults, (store, fault) => (store.Repository, Fault: fault)).ToArray();
        return outcomes.All(outcome => outcome.Fault is null) ? [.. done] : throw RegistryErrors.NotEverywhere(outcomes);
    }

    private static async Task<bool> AsTask(Task task)
    {
        await task;
        return true;
    }

    private static string Summary(PushRecord push) =>
        $"{push.Repository}:{push.Tag[..12]}{string.Concat(push.AlsoTagged.Select(tag => $", :{tag}"))} {(push.Mirrors.IsEmpty ? "" : $"and {Units.Count(push.Mirrors.Length, "mirror")}, ")}{(push.AlreadyThere ? "already there" : $"{Units.Bytes(push.BytesSent)} sent")}";
}
