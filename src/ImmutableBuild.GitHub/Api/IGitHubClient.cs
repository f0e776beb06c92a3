namespace ImmutableBuild.GitHub.Api;

/// <summary>
/// The calls of GitHub's REST API that a release makes, with Octokit.net's names, so that Octokit can take the place of
/// <see cref="GitHubClient"/>. Beside Octokit's arguments there is a cancellation token, and the filters that the API has for deployments.
/// All throw <see cref="ApiException"/>.
/// </summary>
internal interface IGitHubClient
{
    /// <summary>What belongs to a repository.</summary>
    IRepositoriesClient Repository { get; }

    /// <summary>Packages of users and organizations.</summary>
    IPackagesClient Packages { get; }
}

/// <summary>What belongs to a repository.</summary>
internal interface IRepositoriesClient
{
    /// <summary>Deployments (REST: /repos/{owner}/{repo}/deployments).</summary>
    IDeploymentsClient Deployment { get; }

    /// <summary>Statuses of commits (REST: /repos/{owner}/{repo}/statuses/{sha}).</summary>
    ICommitStatusClient Status { get; }

    /// <summary>Commits (REST: /repos/{owner}/{repo}/compare/{basehead}).</summary>
    IRepositoryCommitsClient Commit { get; }
}

/// <summary>Deployments.</summary>
internal interface IDeploymentsClient
{
    /// <summary>Statuses of deployments.</summary>
    IDeploymentStatusClient Status { get; }

    /// <summary>The newest deployments that <paramref name="request"/> asks for, newest first; a bounded number.</summary>
    Task<IReadOnlyList<Deployment>> GetAll(string owner, string name, DeploymentRequest request, CancellationToken cancellationToken);

    /// <summary>Creates a deployment. Is never sent twice: where the reply is lost, nobody knows whether it was created.</summary>
    Task<Deployment> Create(string owner, string name, NewDeployment newDeployment, CancellationToken cancellationToken);
}

/// <summary>Statuses of deployments.</summary>
internal interface IDeploymentStatusClient
{
    /// <summary>The statuses of a deployment; a bounded number.</summary>
    Task<IReadOnlyList<DeploymentStatus>> GetAll(string owner, string name, long deploymentId, CancellationToken cancellationToken);

    /// <summary>Adds a status; the newest is what the deployment's state is.</summary>
    Task<DeploymentStatus> Create(string owner, string name, long deploymentId, NewDeploymentStatus newDeploymentStatus, CancellationToken cancellationToken);
}

/// <summary>Statuses of commits.</summary>
internal interface ICommitStatusClient
{
    /// <summary>Adds a status to a commit; the newest of a context counts.</summary>
    Task<CommitStatus> Create(string owner, string name, string reference, NewCommitStatus newCommitStatus, CancellationToken cancellationToken);
}

/// <summary>Commits.</summary>
internal interface IRepositoryCommitsClient
{
    /// <summary>The commits of <paramref name="head"/> that <paramref name="base"/> lacks, oldest first; a bounded number.</summary>
    Task<CompareResult> Compare(string owner, string name, string @base, string head, CancellationToken cancellationToken);
}

/// <summary>Packages.</summary>
internal interface IPackagesClient
{
    /// <summary>A container package of an organization.</summary>
    Task<Package> GetForOrg(string org, PackageType packageType, string packageName, CancellationToken cancellationToken);

    /// <summary>A container package of a user.</summary>
    Task<Package> GetForUser(string username, PackageType packageType, string packageName, CancellationToken cancellationToken);
}
