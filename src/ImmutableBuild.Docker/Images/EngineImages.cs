using System.Runtime.ExceptionServices;
using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Archives;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Registries;

namespace ImmutableBuild.Docker.Images;

/// <summary>
/// Makes images exist in an engine. What it has already is not sent again; what it says it has afterwards is believed only as far as its ids are
/// the digests that the image's manifest names.
/// </summary>
/// <param name="engine">The engine.</param>
/// <param name="openRepository">Opens a repository by its name: <c>host/repository</c>, or <c>local/app</c> for the embedded store.</param>
/// <param name="credentials">Where the engine's credentials for registries come from.</param>
internal sealed class EngineImages(IDockerClient engine, Func<string, IImageSource> openRepository, RegistryCredentials credentials)
{
    private const int TagLength = 12;

    /// <summary>The name of an image by the beginning of its digest, for repositories that have no registry which would name it.</summary>
    public static ImageReference NameOf(string repository, Digest image) => ImageReference.Parse($"{repository}:{image.Hex[..TagLength]}");

    /// <summary>The name that an image is brought under.</summary>
    public static ImageReference BroughtAs(string repository, Digest image) =>
        IsEmbedded(repository) ? NameOf(repository, image) : ImageReference.Parse($"{repository}@{image}");

    /// <summary>
    /// Makes an image exist, and answers its id: pulled by digest where its repository is a registry's, loaded where it is in the embedded store.
    /// Throws IMB6220 when the engine can't get it, IMB6221 when the engine made something else of it, IMB2001 to IMB2005 when the source is damaged.
    /// </summary>
    public async Task<string> EnsureAsync(string repository, Digest image, CancellationToken cancellationToken)
    {
        var source = openRepository(repository);
        using var reading = source.BeginReading(cancellationToken);
        var name = BroughtAs(repository, image);
        return IsEmbedded(repository) ? await LoadAsync(source, image, name, cancellationToken) : await PullAsync(name, source, cancellationToken);
    }

    /// <summary>Makes an image exist that is known by its reference alone, and answers its id. What the engine has under that name is not pulled anew. IMB6220 when it can't be had.</summary>
    public async Task<string> EnsureTaggedAsync(ImageReference reference, CancellationToken cancellationToken)
    {
        if (await InspectAsync(reference.ToString(), cancellationToken) is { } there)
        {
            return there.ID;
        }

        await PullAsync(reference, cancellationToken);
        return await InspectAsync(reference.ToString(), cancellationToken) is { } pulled ? pulled.ID : throw DockerErrors.ImageMismatch(reference.ToString(), reference.ToString(), null);
    }

    /// <summary>
    /// The id of an image; null when the engine doesn't have it. Changes nothing. The engine's own word that it pulled that digest is believed;
    /// of one that was loaded, the source says what its id must be, and where that is not at hand, the name it was loaded under.
    /// </summary>
    public async Task<string?> LookAsync(string repository, Digest image, CancellationToken cancellationToken)
    {
        var isEmbedded = repository.StartsWith($"{ImageStores.Embedded}/", StringComparison.Ordinal);
        if (!isEmbedded && await InspectAsync($"{repository}@{image}", cancellationToken) is { } pulled)
        {
            return pulled.ID;
        }

        try
        {
            var source = openRepository(repository);
            using var reading = source.BeginReading(cancellationToken);
            return (await FindAsync(await IdentifyAsync(source, image, cancellationToken), cancellationToken))?.ID;
        }
        catch (ImmutableBuildException) when (isEmbedded)
        {
            return (await InspectAsync(NameOf(repository, image).ToString(), cancellationToken))?.ID;
        }
    }

    /// <summary>Loads an image under a name, unless it is there, and answers its id. The caller keeps the source from changing.</summary>
    public async Task<string> LoadAsync(IImageSource source, Digest image, ImageReference name, CancellationToken cancellationToken)
    {
        var loadable = await LoadableImage.ReadAsync(source, (await SelectAsync(source, image, cancellationToken)).Digest, new ImageLimits(), cancellationToken);
        if (await FindAsync(loadable.Identity, name, cancellationToken) is { } there)
        {
            return there;
        }

        await SendAsync(loadable, name, cancellationToken);
        return await ConfirmAsync(name.ToString(), loadable.Identity, cancellationToken);
    }

    /// <summary>The id of an image that is there, which has the name from then on; null when it isn't there.</summary>
    public async Task<string?> FindAsync(ImageIdentity identity, ImageReference name, CancellationToken cancellationToken)
    {
        if (await FindAsync(identity, cancellationToken) is not { } there)
        {
            return null;
        }

        if (!(there.RepoTags ?? []).Any(tag => ImageReference.TryParse(tag, out var found) && found == name))
        {
            await engine.Images.TagImageAsync(there.ID, new ImageTagParameters($"{name.Host}/{name.Repository}", name.Tag!), cancellationToken);
        }

        return there.ID;
    }

    private static bool IsEmbedded(string repository) => repository.StartsWith($"{ImageStores.Embedded}/", StringComparison.Ordinal);

    /// <summary>The manifest of an image, or of the one that an index lists for this engine.</summary>
    private async Task<ManifestContent> SelectAsync(IImageSource source, Digest image, CancellationToken cancellationToken)
    {
        var content = await source.ReadManifestContentAsync(image, cancellationToken);
        return MediaTypes.IsIndex(content.MediaType)
            ? await source.SelectAsync(content, await EnginePlatform.AskAsync(engine, cancellationToken), $"{source.Name}@{image}", cancellationToken)
            : content;
    }

    private async Task<ImageIdentity> IdentifyAsync(IImageSource source, Digest image, CancellationToken cancellationToken)
    {
        var content = await SelectAsync(source, image, cancellationToken);
        return new ImageIdentity(OciJson.ParseManifest(content.Bytes, $"{source.Name}@{content.Digest}").Config.Digest, content.Digest, image);
    }

    private async Task<string> PullAsync(ImageReference reference, IImageSource source, CancellationToken cancellationToken)
    {
        var identity = await IdentifyAsync(source, reference.Digest!.Value, cancellationToken);
        if (await FindAsync(identity, cancellationToken) is { } there)
        {
            return there.ID;
        }

        await PullAsync(reference, cancellationToken);
        return await ConfirmAsync(reference.ToString(), identity, cancellationToken);
    }

    private async Task PullAsync(ImageReference reference, CancellationToken cancellationToken)
    {
        var credential = await credentials.FindAsync(reference.Host, cancellationToken);
        try
        {
            await engine.Images.CreateImageAsync(new ImagesCreateParameters { FromImage = reference.ToString() }, credential, null, cancellationToken);
        }
        catch (DockerApiException fault) when (!fault.IsTransient && fault.Kind != DockerErrorKind.NotUnderstood)
        {
            throw DockerErrors.ImageNotPulled(reference.ToString(), credential is not null, fault.Detail, fault);
        }
    }

    private async Task SendAsync(LoadableImage image, ImageReference name, CancellationToken cancellationToken)
    {
        await using var archive = ImageArchive.Open(image, name);
        try
        {
            await engine.Images.LoadImageAsync(archive, null, cancellationToken);
        }
        catch when (archive.Fault is not null && !cancellationToken.IsCancellationRequested)
        {
            // The engine, or the client, can only say that the archive ended early.
            ExceptionDispatchInfo.Throw(archive.Fault);
        }
    }

    private async Task<ImageInspectResponse?> FindAsync(ImageIdentity identity, CancellationToken cancellationToken)
    {
        foreach (var id in identity.Ids)
        {
            if (await InspectAsync(id.ToString(), cancellationToken) is { } found && identity.Is(found.ID))
            {
                return found;
            }
        }

        return null;
    }

    private async Task<string> ConfirmAsync(string name, ImageIdentity identity, CancellationToken cancellationToken)
    {
        var found = await InspectAsync(name, cancellationToken);
        return found is not null && identity.Is(found.ID) ? found.ID : throw DockerErrors.ImageMismatch(name, identity.Config.ToString(), found?.ID);
    }

    private async Task<ImageInspectResponse?> InspectAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return await engine.Images.InspectImageAsync(name, cancellationToken);
        }
        catch (DockerApiException fault) when (fault.Kind == DockerErrorKind.NotFound)
        {
            return null;
        }
    }
}
