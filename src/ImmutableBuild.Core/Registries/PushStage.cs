using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Releases;
using ImmutableBuild.Reports;

namespace ImmutableBuild.Registries;

/// <summary>
/// Push: brings the image and its signatures to the registry or the embedded store, tagged by commit. A tag that exists with
/// another digest is left alone and refused (F36); with the same one nothing is sent.
/// </summary>
public sealed class PushStage : IStage
{
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
        var layout = OciLayout.Open(bake.Layout);
        var image = await layout.ReadManifestContentAsync(bake.Digest, cancellationToken);
        using var connector = new RegistryConnector(context.Options.Push, context.ReadVariable, context.Time);
        var repository = ImageStores.RepositoryOf(context.Options);
        var store = ImageStores.Open(repository, context.Options.DataDirectory, connector, RegistryAccess.Push, bake.BaseName);

        var tag = ReleaseTag.Of(record.Compile, bake.Digest);
        using var push = store.BeginPush(tag, cancellationToken);
        var transfer = new ImageTransfer(layout, store);
        // A dirty tree is no commit: it must not take a tag that never moves away from one.
        var tags = record.Compile.Dirty ? [] : context.Options.Push.Tags.Remove(tag);
        await transfer.RequireFreeAsync(tags, image, cancellationToken);
        var imageSent = await transfer.PushAsync(tag, image, cancellationToken);
        foreach (var also in tags)
        {
            imageSent |= await transfer.PushAsync(also, image, cancellationToken);
        }

        var signaturesSent = await PushSignaturesAsync(layout, store, transfer, bake.Digest, sign.PublicKey, cancellationToken);

        var pushed = new PushRecord
        {
            Repository = repository,
            Tag = tag,
            AlsoTagged = tags,
            Digest = bake.Digest,
            BytesSent = transfer.BytesSent,
            AlreadyThere = !imageSent && signaturesSent == 0,
        };
        return new StageResult(record with { Push = pushed }, Summary(pushed));
    }

    private static async Task<int> PushSignaturesAsync(
        OciLayout layout, IImageStore store, ImageTransfer transfer, Digest image, string publicKey, CancellationToken cancellationToken)
    {
        var sent = 0;
        foreach (var entry in layout.ReadIndex().Manifests.Where(entry => SignatureTag.IsOf(image, OciLayout.NameOf(entry))))
        {
            var tag = OciLayout.NameOf(entry)!;
            var ours = await layout.ReadManifestContentAsync(entry.Digest, cancellationToken);
            if (await SignatureTag.MergeAsync(store, tag, layout, ours, publicKey, cancellationToken) is { } wanted)
            {
                await transfer.SendContentAsync(wanted, cancellationToken);
                await store.SetTagAsync(tag, wanted, TagRule.Grows, cancellationToken);
                sent++;
            }
        }

        return sent;
    }

    private static string Summary(PushRecord push) =>
        $"{push.Repository}:{push.Tag[..12]}{string.Concat(push.AlsoTagged.Select(tag => $", :{tag}"))} {(push.AlreadyThere ? "already there" : $"{Units.Bytes(push.BytesSent)} sent")}";
}
