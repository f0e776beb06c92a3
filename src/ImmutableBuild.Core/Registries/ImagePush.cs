using System.Collections.Immutable;
using ImmutableBuild.Images;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Registries;

/// <summary>Brings a release's image and its signatures from its layout to a repository.</summary>
/// <param name="layout">Where the image is.</param>
/// <param name="image">The image, or the index of several platforms.</param>
/// <param name="tag">The release's tag.</param>
/// <param name="alsoTagged">Tags that name it as well.</param>
/// <param name="publicKey">The key of the signatures that have to be there afterwards, PEM.</param>
internal sealed class ImagePush(OciLayout layout, ManifestContent image, string tag, ImmutableArray<string> alsoTagged, string publicKey)
{
    /// <summary>Throws IMB5008 where one of the further tags names another image in this store.</summary>
    public Task RequireFreeTagsAsync(IImageStore store, CancellationToken cancellationToken) => new ImageTransfer(layout, store).RequireFreeAsync(alsoTagged, image, cancellationToken);

    /// <summary>Brings it there. IMB5008 where a tag names another image.</summary>
    public async Task<RepositoryRecord> RunAsync(string repository, IImageStore store, CancellationToken cancellationToken)
    {
        using var push = store.BeginPush(tag, cancellationToken);
        var transfer = new ImageTransfer(layout, store);
        var sent = false;
        foreach (var name in alsoTagged.Insert(0, tag))
        {
            sent |= await transfer.PushAsync(name, image, cancellationToken);
        }

        sent |= await PushSignaturesAsync(store, transfer, cancellationToken);
        return new RepositoryRecord(repository, transfer.BytesSent, AlreadyThere: !sent);
    }

    private async Task<bool> PushSignaturesAsync(IImageStore store, ImageTransfer transfer, CancellationToken cancellationToken)
    {
        var sent = false;
        foreach (var entry in layout.ReadIndex().Manifests.Where(entry => SignatureTag.IsOf(image.Digest, OciLayout.NameOf(entry))))
        {
            var name = OciLayout.NameOf(entry)!;
            var ours = await layout.ReadManifestContentAsync(entry.Digest, cancellationToken);
            if (await SignatureTag.MergeAsync(store, name, layout, ours, publicKey, cancellationToken) is { } wanted)
            {
                await transfer.SendContentAsync(wanted, cancellationToken);
                await store.SetTagAsync(name, wanted, TagRule.Grows, cancellationToken);
                sent = true;
            }
        }

        return sent;
    }
}
