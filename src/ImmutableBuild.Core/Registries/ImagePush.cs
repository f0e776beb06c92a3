using System.Collections.Immutable;
using ImmutableBuild.Images;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Registries;

/// <summary>Brings a release's image and its signatures from its layout to a repository.</summary>
/// <param name="layout">Where the image is.</param>
/// <param name="image">The image, or the index of several platforms.</param>
/// <param name="tag">The release's tag.</param>
/// <param name="alsoTagged">Tags that name it as well.</param>
/// <param name="by">Whose signatures have to be there afterwards.</param>
internal sealed class ImagePush(OciLayout layout, ManifestContent image, string tag, ImmutableArray<string> alsoTagged, SignedBy by)
{
    /// <summary>Throws IMB5008 where one of the further tags names another image in this store.</summary>
    public Task RequireFreeTagsAsync(IImageStore store, CancellationToken cancellationToken) => new ImageTransfer(layout, store).RequireFreeAsync(alsoTagged, image, cancellationToken);

    /// <summary>Brings image and signatures to one repository. IMB5008 where a tag names another image there.</summary>
    public async Task<RepositoryRecord> RunAsync(string repository, IImageStore store, CancellationToken cancellationToken)
    {
        using var push = store.BeginPush(tag, cancellationToken);
        var transfer = new ImageTransfer(layout, store);
        var unnamed = new List<string>();
        foreach (var name in alsoTagged.Insert(0, tag))
        {
            if (!await transfer.IsThereAsync(name, image, cancellationToken))
            {
                unnamed.Add(name);
            }
        }

        // A registry takes what refers to an image before or after the image (distribution-spec, "Pushing Manifests with Subject").
        var signatures = new SignaturePush(layout, image.Digest, store, transfer, by);
        var sending = unnamed.Count > 0 ? SendAsync(store, transfer, cancellationToken) : Task.CompletedTask;
        var signing = signatures.RunAsync(sending, cancellationToken);
        await Task.WhenAll(sending, signing);

        // Signatures come before the tag: who finds the tag finds them. While the tag settles, so do they, and are looked at again.
        var signed = await signing;
        await Task.WhenAll(NameAsync(unnamed, transfer, cancellationToken), signed ? signatures.KeepAsync(cancellationToken) : Task.CompletedTask);
        return new RepositoryRecord(repository, transfer.BytesSent, AlreadyThere: unnamed.Count == 0 && !signed);
    }

    private async Task NameAsync(List<string> unnamed, ImageTransfer transfer, CancellationToken cancellationToken)
    {
        foreach (var name in unnamed)
        {
            await transfer.NameAsync(name, image, cancellationToken);
        }
    }

    private async Task SendAsync(IImageStore store, ImageTransfer transfer, CancellationToken cancellationToken)
    {
        await transfer.SendContentAsync(image, cancellationToken);
        await store.AddManifestAsync(image, cancellationToken);
    }
}
