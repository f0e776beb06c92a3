using ImmutableBuild.GitHub.Api;

namespace ImmutableBuild.GitHub;

/// <summary>The page of an image in GitHub's container registry.</summary>
internal static class PackagePage
{
    /// <summary>The page of <paramref name="repository"/>; null where it is in another registry, or may not be known.</summary>
    public static async Task<string?> FindAsync(IPackagesClient packages, Uri api, string? repository, CancellationToken cancellationToken)
    {
        if (repository?.Split('/', 3) is not [var host, var owner, var name] || host != RegistryOf(api))
        {
            return null;
        }

        try
        {
            return (await packages.GetForOrg(owner, PackageType.Container, name, cancellationToken)).HtmlUrl;
        }
        catch (ApiException unknown) when (unknown.Fault is ApiFault.NotFound or ApiFault.NotPermitted)
        {
            // The owner is a user, or the token may not read packages.
        }

        try
        {
            return (await packages.GetForUser(owner, PackageType.Container, name, cancellationToken)).HtmlUrl;
        }
        catch (ApiException unknown) when (unknown.Fault is ApiFault.NotFound or ApiFault.NotPermitted)
        {
            return null;
        }
    }

    // GitHub Enterprise has its registry beside it, whether its API is on a host of its own (api.NAME.ghe.com) or not (NAME/api/v3).
    private static string RegistryOf(Uri api) => api.IdnHost == "api.github.com" ? "ghcr.io"
        : $"containers.{(api.IdnHost.StartsWith("api.", StringComparison.Ordinal) ? api.IdnHost["api.".Length..] : api.IdnHost)}";
}
