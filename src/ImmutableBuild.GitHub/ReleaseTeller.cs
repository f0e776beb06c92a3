using System.Text.Json;
using ImmutableBuild.Generations;
using ImmutableBuild.GitHub.Api;
using ImmutableBuild.GitHub.Notes;
using ImmutableBuild.Releases;

namespace ImmutableBuild.GitHub;

/// <summary>
/// What a release is on GitHub. A generation that is created is a deployment of its commit: in progress while it is judged, then a success
/// with the app's address, or a failure; inactive when another one has replaced it. It is found again by what was written into it, so that
/// each stage may run in a job of its own.
/// </summary>
internal sealed class ReleaseTeller(IGitHubClient github, GitHubAccess access, string contextPrefix, string? log)
{
    private readonly IDeploymentsClient _deployments = github.Repository.Deployment;
    private readonly LeftDeployments _left = new(github.Repository.Deployment, access);
    private (string Release, Deployment Deployment)? _own;
    private (GenerationId Generation, Deployment? Deployment)? _replaced;
    private string? _changes;

    /// <summary>The status of the commit for a stage.</summary>
    public Task StageAsync(ReleaseRecord record, StageName stage, CommitState state, string words, CancellationToken cancellationToken) =>
        github.Repository.Status.Create(
            access.Owner,
            access.Name,
            record.Compile.Commit.ToString(),
            new NewCommitStatus(state) { Context = $"{contextPrefix}/{stage.ToString().ToLowerInvariant()}", Description = Told.Description(words), TargetUrl = log },
            cancellationToken);

    /// <summary>After Deploy has created a generation: its deployment, in progress. What an older run left so is ended. A release that changes nothing has none yet.</summary>
    public async Task DeploymentAsync(ReleaseRecord record, StageName stage, CancellationToken cancellationToken)
    {
        if (stage == StageName.Deploy && record.Deploy is { AlreadyLive: false } deploy)
        {
            var deployment = await CreateAsync(record, deploy.Spec.Id, cancellationToken);
            await AddAsync(deployment, DeploymentState.InProgress, $"{deploy.Spec.Id} was created and is judged", null, cancellationToken);
            await EndLeftAsync(record.App, deployment, deploy.Spec.Id, cancellationToken);
        }
    }

    /// <summary>After HealthGate: the deployment is a success, and that of what it replaced is inactive.</summary>
    public async Task LiveAsync(ReleaseRecord record, CancellationToken cancellationToken)
    {
        if (record is not { Deploy: { } deploy, HealthGate: { } gate })
        {
            return;
        }

        if (deploy.AlreadyLive)
        {
            await StillLiveAsync(record, gate, cancellationToken);
            return;
        }

        var deployment = await FindAsync(record, cancellationToken) ?? await CreateAsync(record, gate.Live, cancellationToken);
        await AddAsync(deployment, DeploymentState.Success, $"{gate.Live} is live{(_changes is null ? "" : $": {_changes}")}", gate.Url, cancellationToken);
        await ReplaceAsync(record.App, gate.Replaced, gate.Live, cancellationToken);
    }

    // Makes sure that the live generation has a deployment that is a success: its release may not have told GitHub, or its run was killed before it could.
    private async Task StillLiveAsync(ReleaseRecord record, HealthGateRecord gate, CancellationToken cancellationToken)
    {
        var found = await FindAsync(record.App, gate.Live, cancellationToken);
        if (found is null || (await _left.LatestAsync(found, cancellationToken))?.Is(DeploymentState.Success) != true)
        {
            await AddAsync(found ?? await CreateAsync(record, gate.Live, cancellationToken), DeploymentState.Success, $"{gate.Live} was live already", gate.Url, cancellationToken);
        }
    }

    /// <summary>A stage that creates or judges a generation did not end well.</summary>
    public async Task FailedAsync(ReleaseRecord record, StageName stage, bool isCancelled, string words, CancellationToken cancellationToken)
    {
        if (stage is not (StageName.Deploy or StageName.HealthGate) || record.Deploy is { AlreadyLive: true })
        {
            return;
        }

        var found = stage == StageName.HealthGate ? await FindAsync(record, cancellationToken) : null;
        var deployment = found ?? await CreateAsync(record, record.Deploy?.Spec.Id, cancellationToken);
        await AddAsync(deployment, isCancelled ? DeploymentState.Error : DeploymentState.Failure, words, null, cancellationToken);
    }

    /// <summary>A rollback: a deployment of the commit that is live by it.</summary>
    public async Task WentLiveAsync(LiveChange change, CancellationToken cancellationToken)
    {
        var live = change.Live;
        var payload = new DeploymentPayload { App = live.App.App, Generation = live.Id.ToString(), Image = $"{live.Repository}@{live.Image}" };
        var words = $"{change.Cause}{(change.Replaced is { } replaced ? $" from {replaced}" : "")} to {live.Id}";
        var deployment = await _deployments.Create(access.Owner, access.Name, New(live.App, live.Commit, payload, words), cancellationToken);
        await AddAsync(deployment, DeploymentState.Success, words, change.Url, cancellationToken);
        await EndLeftAsync(live.App, deployment, live.Id, cancellationToken);
        await ReplaceAsync(live.App, change.Replaced, live.Id, cancellationToken);
    }

    /// <summary>Writes what the release brings into its directory; where nothing was replaced there is nothing to write.</summary>
    public async Task WriteNotesAsync(ReleaseRecord record, string directory, CancellationToken cancellationToken)
    {
        var file = Path.Combine(directory, ReleaseNotes.FileName);
        File.Delete(file);
        if (record is not { Deploy.AlreadyLive: false, HealthGate: { Replaced: { } replaced, Live: var live } } || replaced == live)
        {
            return;
        }

        var before = await CommitOfAsync(record.App, replaced, cancellationToken);
        var notes = new ReleaseNotes(await github.Repository.Commit.Compare(access.Owner, access.Name, before, record.Compile.Commit.ToString(), cancellationToken));
        _changes = notes.Summary;
        await File.WriteAllTextAsync(file, notes.ToMarkdown(record, await PackagePage.FindAsync(github.Packages, access.Api, record.Deploy.Spec.Repository, cancellationToken)), cancellationToken);
    }

    // The commit of a generation: whole where its deployment is found, else the 12 digits that are in the generation's id.
    private async Task<string> CommitOfAsync(AppKey app, GenerationId generation, CancellationToken cancellationToken)
    {
        try
        {
            if (await FindAsync(app, generation, cancellationToken) is { } deployment)
            {
                return deployment.Sha;
            }
        }
        catch (ApiException unknown) when (unknown.Fault is ApiFault.NotFound or ApiFault.NotPermitted)
        {
            // A token that may not read deployments may still compare commits.
        }

        return generation.ToString()[..12];
    }

    private async Task EndLeftAsync(AppKey app, Deployment own, GenerationId since, CancellationToken cancellationToken)
    {
        foreach (var left in await _left.FindAsync(await ListAsync(app, cancellationToken), own, cancellationToken))
        {
            var status = new NewDeploymentStatus(DeploymentState.Error) { Description = Told.Description($"Its run ended without saying how, before {since} was deployed") };
            await _deployments.Status.Create(access.Owner, access.Name, left.Id, status, cancellationToken);
        }
    }

    private async Task ReplaceAsync(AppKey app, GenerationId? replaced, GenerationId live, CancellationToken cancellationToken)
    {
        if (replaced is { } old && old != live && await FindAsync(app, old, cancellationToken) is { } deployment)
        {
            await AddAsync(deployment, DeploymentState.Inactive, $"Replaced by {live}", null, cancellationToken);
        }
    }

    private async Task<Deployment> CreateAsync(ReleaseRecord record, GenerationId? generation, CancellationToken cancellationToken)
    {
        var payload = new DeploymentPayload
        {
            App = record.App.App,
            Release = record.ReleaseId,
            Generation = generation?.ToString(),
            Image = ImageOf(record),
        };
        var deployment = New(record.App, record.Compile.Commit, payload, $"{record.App.App} {record.Compile.Version} to {record.App.Environment}");
        var created = await CreateAsync(deployment, token => FindAsync(record, token), cancellationToken);
        _own = (record.ReleaseId, created);
        return created;
    }

    private async Task<Deployment> CreateAsync(NewDeployment deployment, Func<CancellationToken, Task<Deployment?>> find, CancellationToken cancellationToken)
    {
        try
        {
            return await _deployments.Create(access.Owner, access.Name, deployment, cancellationToken);
        }
        catch (ApiException lost) when (lost.Fault == ApiFault.Unreachable && !cancellationToken.IsCancellationRequested)
        {
            // The deployment may have been created and only the answer lost, so it is looked for first.
            return await find(cancellationToken) ?? await _deployments.Create(access.Owner, access.Name, deployment, cancellationToken);
        }
    }

    private static NewDeployment New(AppKey app, CommitSha commit, DeploymentPayload payload, string words) => new(commit.ToString())
    {
        Task = TaskOf(app),
        Environment = app.Environment,
        Description = Told.Description(words),
        Payload = payload,
        ProductionEnvironment = app.Environment == "production",
    };

    private Task<DeploymentStatus> AddAsync(Deployment deployment, DeploymentState state, string words, string? url, CancellationToken cancellationToken) =>
        _deployments.Status.Create(
            access.Owner,
            access.Name,
            deployment.Id,
            new NewDeploymentStatus(state) { Description = Told.Description(words), LogUrl = log, EnvironmentUrl = Told.Page(url) },
            cancellationToken);

    private async Task<Deployment?> FindAsync(ReleaseRecord record, CancellationToken cancellationToken) =>
        _own is { } own && own.Release == record.ReleaseId ? own.Deployment : (await _deployments.GetAll(access.Owner, access.Name, new DeploymentRequest(record.Compile.Commit.ToString(), TaskOf(record.App), record.App.Environment), cancellationToken))
            .FirstOrDefault(deployment => IsOf(deployment, "release", record.ReleaseId));

    private async Task<Deployment?> FindAsync(AppKey app, GenerationId generation, CancellationToken cancellationToken)
    {
        if (_replaced is { } known && known.Generation == generation)
        {
            return known.Deployment;
        }

        var found = (await ListAsync(app, cancellationToken)).FirstOrDefault(deployment => IsOf(deployment, "generation", generation.ToString()));
        _replaced = (generation, found);
        return found;
    }

    private Task<IReadOnlyList<Deployment>> ListAsync(AppKey app, CancellationToken cancellationToken) =>
        _deployments.GetAll(access.Owner, access.Name, new DeploymentRequest(null, TaskOf(app), app.Environment), cancellationToken);

    // A promotion pushes nothing.
    private static string? ImageOf(ReleaseRecord record) =>
        record.Deploy is { } deploy ? $"{deploy.Spec.Repository}@{deploy.Spec.Image}" : record.Push is { } push ? $"{push.Repository}@{push.Digest}" : null;

    private static string TaskOf(AppKey app) => $"deploy:{app.App}";

    private static bool IsOf(Deployment deployment, string name, string value) =>
        deployment.Payload.ValueKind == JsonValueKind.Object
        && deployment.Payload.TryGetProperty(name, out var written)
        && written.ValueKind == JsonValueKind.String
        && written.ValueEquals(value);
}
