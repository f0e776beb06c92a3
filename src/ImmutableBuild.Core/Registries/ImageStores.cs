using ImmutableBuild.Errors;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Registries;

/// <summary>Opens the store that a repository's name stands for: <c>local/app</c> is the embedded store, all others are registries.</summary>
public static class ImageStores
{
    /// <summary>The part before the '/' of repositories in the embedded store.</summary>
    public const string Embedded = "local";

    /// <summary>The name of the repository a release is pushed to.</summary>
    public static string RepositoryOf(ReleaseOptions options) => options.Push.Registry is { } registry ? RepositoryIn(registry, options) : $"{Embedded}/{options.App.App}";

    /// <summary>The names of all repositories a release is pushed to: that one, and those of its mirrors.</summary>
    public static IEnumerable<string> RepositoriesOf(ReleaseOptions options) => options.Push.Mirrors.Select(mirror => RepositoryIn(mirror, options)).Prepend(RepositoryOf(options));

    /// <summary>Opens the repository <c>host/repository</c> or <c>local/app</c>; throws IMB5001 when it is neither.</summary>
    /// <param name="repository">The name, as in <see cref="PushRecord.Repository"/>.</param>
    /// <param name="dataDirectory">Where the embedded store lives.</param>
    /// <param name="connector">Reaches registries.</param>
    /// <param name="access">What is going to be done.</param>
    /// <param name="upon">The base image of what is pushed: blobs are taken from its repository where that is in the same registry.</param>
    public static IImageStore Open(string repository, string dataDirectory, RegistryConnector connector, RegistryAccess access, string? upon = null)
    {
        var slash = repository.IndexOf('/', StringComparison.Ordinal);
        var (host, rest) = slash > 0 ? (repository[..slash], repository[(slash + 1)..]) : throw RegistryErrors.ReferenceInvalid(repository);
        if (host != Embedded)
        {
            return new RegistryStore(connector.Connect(host, rest, access, NeighbourOf(host, rest, upon)), connector.Time);
        }

        return AppKey.IsLabel(rest) ? LayoutStore.OpenOrCreate(dataDirectory, rest) : throw RegistryErrors.ReferenceInvalid(repository);
    }

    private static string RepositoryIn(string registry, ReleaseOptions options) => $"{registry}/{(options.Bake.Repository.Length > 0 ? options.Bake.Repository : options.App.App)}";

    /// <summary>The repository of another image, where it is another one of the same registry.</summary>
    private static string? NeighbourOf(string host, string repository, string? image) =>
        image is not null && ImageReference.TryParse(image, out var other) && other.Host == host && other.Repository != repository ? other.Repository : null;
}
