using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace ImmutableBuild.IntegrationTests.GitHub;

/// <summary>
/// A server that answers as GitHub's REST API does and holds every request against GitHub's own OpenAPI description (tests/rig/github-mock.cjs),
/// on a free loopback port.
/// </summary>
internal sealed class GitHubMock : IAsyncDisposable
{
    /// <summary>A token that may do everything.</summary>
    public const string Writer = "mock-token";

    /// <summary>A token that may read.</summary>
    public const string Reader = "mock-reader";

    private readonly Process _process;
    private readonly HttpClient _http;

    private GitHubMock(Process process, Uri server, string path)
    {
        _process = process;
        _http = new HttpClient { BaseAddress = server };
        Api = new Uri(server, path).AbsoluteUri.TrimEnd('/');
    }

    /// <summary>The base URL of the API.</summary>
    public string Api { get; }

    /// <summary>Starts one, or skips the test with the reason.</summary>
    /// <param name="root">The root of this repository.</param>
    /// <param name="isEnterprise">As GitHub Enterprise Server, not as github.com.</param>
    public static async Task<GitHubMock> StartOrSkipAsync(string root, bool isEnterprise = false)
    {
        var directory = Path.Combine(Environment.GetEnvironmentVariable("IMMUTABLE_RIG") ?? "/var/cache/immutable-rig", "github");
        Assert.SkipUnless(File.Exists(Path.Combine(directory, "ready")), "GitHub's description is not in the rig (tests/rig/github-mock.sh, with npm).");
        Assert.SkipUnless((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(each => File.Exists(Path.Combine(each, "node"))), "node is not on the PATH.");
        var start = new ProcessStartInfo("node", [Path.Combine(root, "tests/rig/github-mock.cjs"), directory, isEnterprise ? "ghes-3.19" : "api.github.com"]) { RedirectStandardOutput = true, UseShellExecute = false };
        var process = Process.Start(start)!;
        var line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        line.ShouldNotBeNull().ShouldStartWith("listening ");
        var port = int.Parse(line["listening ".Length..], CultureInfo.InvariantCulture);
        return new GitHubMock(process, new Uri($"http://127.0.0.1:{port}"), isEnterprise ? "/api/v3" : "/");
    }

    /// <summary>The commits that a comparison lists.</summary>
    public Task SetCommitsAsync(IEnumerable<object> commits) => PutAsync("commits", commits);

    /// <summary>What to answer instead.</summary>
    public Task SetFaultsAsync(params object[] faults) => PutAsync("faults", faults);

    /// <summary>How far GitHub's clock is behind.</summary>
    public Task SetBehindAsync(TimeSpan behind) => PutAsync("behind", behind.TotalSeconds);

    /// <summary>The requests so far, none of which was against the description.</summary>
    public async Task<IReadOnlyList<MockRequest>> RequestsAsync()
    {
        var requests = await GetAsync<MockRequest[]>("requests");
        requests.SelectMany(request => request.Problems.Select(problem => $"{request.Method} {request.Path}: {problem}")).ShouldBeEmpty();
        return requests;
    }

    /// <summary>Sends a bare body, and gives what is against the description in that.</summary>
    public async Task<string[]> ProblemsOfAsync(string path, string body)
    {
        using var content = new StringContent(body, new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"));
        using var reply = await _http.PostAsync(path, content, TestContext.Current.CancellationToken);
        ((int)reply.StatusCode).ShouldBe(400);
        return (await GetAsync<MockRequest[]>("requests"))[^1].Problems;
    }

    /// <summary>The deployments, newest first.</summary>
    public Task<MockDeployment[]> DeploymentsAsync() => GetAsync<MockDeployment[]>("deployments");

    /// <summary>The statuses of commits, in the order they were made.</summary>
    public Task<MockStatus[]> StatusesAsync() => GetAsync<MockStatus[]>("statuses");

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task PutAsync(string what, object body) =>
        (await _http.PutAsJsonAsync($"_mock/{what}", body, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();

    private async Task<T> GetAsync<T>(string what) => (await _http.GetFromJsonAsync<T>($"_mock/{what}", TestContext.Current.CancellationToken))!;
}

/// <summary>A request the mock has seen.</summary>
/// <param name="Operation">The operation of the description.</param>
/// <param name="Problems">What was against the description.</param>
internal sealed record MockRequest(string Method, string Path, string? Operation, string[] Problems, int Status, JsonElement? Body);

/// <summary>A deployment, with its statuses in the order they were made.</summary>
internal sealed record MockDeployment(long Id, string Sha, string Task, string Environment, JsonElement Payload, MockStatus[] Statuses);

/// <summary>A status of a deployment or commit.</summary>
internal sealed record MockStatus(string State, string? Description, string? Context, string? Sha)
{
    [System.Text.Json.Serialization.JsonPropertyName("log_url")]
    public string? LogUrl { get; init; }

    [System.Text.Json.Serialization.JsonPropertyName("environment_url")]
    public string? EnvironmentUrl { get; init; }
}
