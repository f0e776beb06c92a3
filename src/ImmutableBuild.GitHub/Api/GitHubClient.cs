using System.Collections.Immutable;
using System.Text.Json.Serialization.Metadata;

namespace ImmutableBuild.GitHub.Api;

/// <summary>The calls, over a <see cref="GitHubConnection"/>. The one file that Octokit would replace.</summary>
internal sealed class GitHubClient(GitHubConnection connection) : IGitHubClient, IRepositoriesClient, IDeploymentsClient, IDeploymentStatusClient, ICommitStatusClient, IRepositoryCommitsClient, IPackagesClient
{
    private const int PageSize = 100;
    private const int MostPagesOfDeployments = 3;
    private const int MostPagesOfCommits = 10;

    /// <inheritdoc/>
    public IRepositoriesClient Repository => this;

    /// <inheritdoc/>
    public IPackagesClient Packages => this;

    /// <inheritdoc/>
    public IDeploymentsClient Deployment => this;

    /// <inheritdoc/>
    public IRepositoryCommitsClient Commit => this;

    /// <inheritdoc/>
    ICommitStatusClient IRepositoriesClient.Status => this;

    /// <inheritdoc/>
    IDeploymentStatusClient IDeploymentsClient.Status => this;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Deployment>> GetAll(string owner, string name, DeploymentRequest request, CancellationToken cancellationToken)
    {
        var path = $"{Repo(owner, name)}/deployments?per_page={PageSize}{Filter("sha", request.Sha)}{Filter("task", request.Task)}{Filter("environment", request.Environment)}";
        var pages = await PagesAsync(path, "deployments: read", GitHubJson.Default.ImmutableArrayDeployment, MostPagesOfDeployments, cancellationToken);
        return [.. pages.SelectMany(page => page)];
    }

    /// <inheritdoc/>
    public Task<Deployment> Create(string owner, string name, NewDeployment newDeployment, CancellationToken cancellationToken) => connection.PostAsync(
        $"{Repo(owner, name)}/deployments", newDeployment, GitHubJson.Default.NewDeployment, "deployments: write", isRepeatable: false, GitHubJson.Default.Deployment, cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<DeploymentStatus>> GetAll(string owner, string name, long deploymentId, CancellationToken cancellationToken) =>
        (await connection.GetAsync($"{Repo(owner, name)}/deployments/{deploymentId}/statuses?per_page={PageSize}", "deployments: read", GitHubJson.Default.ImmutableArrayDeploymentStatus, cancellationToken)).Value;

    /// <inheritdoc/>
    public Task<DeploymentStatus> Create(string owner, string name, long deploymentId, NewDeploymentStatus newDeploymentStatus, CancellationToken cancellationToken) => connection.PostAsync(
        $"{Repo(owner, name)}/deployments/{deploymentId}/statuses", newDeploymentStatus, GitHubJson.Default.NewDeploymentStatus, "deployments: write", isRepeatable: true, GitHubJson.Default.DeploymentStatus, cancellationToken);

    /// <inheritdoc/>
    public Task<CommitStatus> Create(string owner, string name, string reference, NewCommitStatus newCommitStatus, CancellationToken cancellationToken) => connection.PostAsync(
        $"{Repo(owner, name)}/statuses/{Part(reference)}", newCommitStatus, GitHubJson.Default.NewCommitStatus, "statuses: write", isRepeatable: true, GitHubJson.Default.CommitStatus, cancellationToken);

    /// <inheritdoc/>
    public async Task<CompareResult> Compare(string owner, string name, string @base, string head, CancellationToken cancellationToken)
    {
        var path = $"{Repo(owner, name)}/compare/{Part(@base)}...{Part(head)}?per_page={PageSize}";
        var pages = await PagesAsync(path, "contents: read", GitHubJson.Default.CompareResult, MostPagesOfCommits, cancellationToken);
        return pages[0] with { Commits = [.. pages.SelectMany(page => page.Commits)] };
    }

    /// <inheritdoc/>
    public Task<Package> GetForOrg(string org, PackageType packageType, string packageName, CancellationToken cancellationToken) => PackageAsync("orgs", org, packageType, packageName, cancellationToken);

    /// <inheritdoc/>
    public Task<Package> GetForUser(string username, PackageType packageType, string packageName, CancellationToken cancellationToken) => PackageAsync("users", username, packageType, packageName, cancellationToken);

    private async Task<Package> PackageAsync(string kind, string owner, PackageType type, string name, CancellationToken cancellationToken)
    {
        var path = $"{kind}/{Part(owner)}/packages/{(type == PackageType.Container ? "container" : throw new ArgumentOutOfRangeException(nameof(type)))}/{Part(name)}";
        return (await connection.GetAsync(path, "packages: read", GitHubJson.Default.Package, cancellationToken)).Value;
    }

    private async Task<ImmutableArray<T>> PagesAsync<T>(string path, string permission, JsonTypeInfo<T> type, int most, CancellationToken cancellationToken)
    {
        var pages = ImmutableArray.CreateBuilder<T>();
        for (var next = path; next is not null && pages.Count < most;)
        {
            var (page, following) = await connection.GetAsync(next, permission, type, cancellationToken);
            pages.Add(page);
            next = following?.AbsoluteUri;
        }

        return pages.ToImmutable();
    }

    private static string Repo(string owner, string name) => $"repos/{Part(owner)}/{Part(name)}";

    private static string Filter(string name, string? value) => value is null ? "" : $"&{name}={Uri.EscapeDataString(value)}";

    private static string Part(string text) => Uri.EscapeDataString(text);
}
