using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Generations;
using ImmutableBuild.Images;
using ImmutableBuild.Registries;

namespace ImmutableBuild.Docker.Images;

/// <summary>
/// Takes images from an engine that were brought there for generations that are gone. Only under the names they were brought under, never by
/// force, and none that a container of anyone was made from. What can't be removed now is tried again by the next release.
/// </summary>
internal sealed class UnneededImages(IDockerClient client)
{
    /// <summary>Removes the images of <paramref name="gone"/>, but for those that <paramref name="there"/> still has.</summary>
    public Task RemoveAsync(IEnumerable<GenerationSpec> gone, IEnumerable<GenerationSpec> there, CancellationToken cancellationToken)
    {
        var needed = there.Select(spec => spec.Image).ToHashSet();
        var names = gone.Where(spec => !needed.Contains(spec.Image)).Select(spec => EngineImages.BroughtAs(spec.Repository, spec.Image)).ToHashSet();
        return names.Count == 0 ? Task.CompletedTask : TryAsync(Filters.None, (image, name) => names.Contains(name) && (name.Digest is null || HasNoOtherName(image)), cancellationToken);
    }

    /// <summary>Removes the gateways' images that no gateway runs, of any app, but for the one with the id <paramref name="kept"/>.</summary>
    public Task RemoveGatewaysAsync(string kept, CancellationToken cancellationToken) =>
        TryAsync(Filters.None.With("reference", GatewayImage.Repository), (image, name) => image.ID != kept && name.Repository == GatewayImage.Repository, cancellationToken);

    private async Task TryAsync(Filters filters, Func<ImagesListResponse, ImageReference, bool> isUnneeded, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var image in await client.Images.ListImagesAsync(new ImagesListParameters { Filters = filters }, cancellationToken))
            {
                foreach (var name in NamesOf(image).Where(name => isUnneeded(image, name)))
                {
                    await RemoveUnlessUsedAsync(image, name, cancellationToken);
                }
            }
        }
        catch (DockerApiException)
        {
            // An image that stays costs disk space only: no release fails for it.
        }
    }

    // An engine removes one of several names even while a container runs the image, so it is asked for such containers first.
    private async Task RemoveUnlessUsedAsync(ImagesListResponse image, ImageReference name, CancellationToken cancellationToken)
    {
        var users = new ContainersListParameters { All = true, Filters = Filters.None.With("ancestor", image.ID) };
        if ((await client.Containers.ListContainersAsync(users, cancellationToken)).Count > 0)
        {
            return;
        }

        try
        {
            await client.Images.DeleteImageAsync(name.ToString(), new ImageDeleteParameters { NoPrune = true }, cancellationToken);
        }
        catch (DockerApiException fault) when (fault.Kind is DockerErrorKind.NotFound or DockerErrorKind.Conflict)
        {
            // The image is gone already, or a container began to use it.
        }
    }

    /// <summary>Whether the image has no name but ours. One that someone else has named is theirs too.</summary>
    private static bool HasNoOtherName(ImagesListResponse image) => NamesOf(image).Take(2).Count() == 1;

    // An engine that keeps images in containerd lists a name with a digest twice, as tag and as digest.
    private static IEnumerable<ImageReference> NamesOf(ImagesListResponse image) => (image.RepoTags ?? []).Concat(image.RepoDigests ?? [])
        .Select(text => ImageReference.TryParse(text, out var name) ? name : null)
        .OfType<ImageReference>()
        .Distinct();
}
