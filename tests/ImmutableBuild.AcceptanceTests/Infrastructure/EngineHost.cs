namespace ImmutableBuild.AcceptanceTests.Infrastructure;

/// <summary>The machine's engine, seen with docker's own program.</summary>
internal static class EngineHost
{
    /// <summary>Skips the test, with the reason, where there is no engine, or no registry with these repositories.</summary>
    public static async Task SkipUnlessThereAsync(params string[] repositories)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/docker"), "No engine (tests/rig/install.sh).");
        foreach (var repository in repositories)
        {
            Assert.SkipUnless(await HasAsync(repository), $"No registry on localhost:5000 with {repository} (tests/rig/docker.sh).");
        }
    }

    /// <summary>The ids of an app's containers.</summary>
    public static Task<string[]> ContainersAsync(ScratchRepository repository, string app) => RunAsync(repository, "ps", "-aq", "--filter", LabelOf(app));

    /// <summary>Removes what a test left of an app.</summary>
    public static async Task RemoveAppAsync(ScratchRepository repository, string app)
    {
        foreach (var container in await ContainersAsync(repository, app))
        {
            await RunAsync(repository, "rm", "-f", container);
        }

        foreach (var network in await RunAsync(repository, "network", "ls", "-q", "--filter", LabelOf(app)))
        {
            await RunAsync(repository, "network", "rm", network);
        }

        foreach (var volume in await RunAsync(repository, "volume", "ls", "-q", "--filter", LabelOf(app)))
        {
            await RunAsync(repository, "volume", "rm", volume);
        }

        foreach (var image in (await RunAsync(repository, "images", "-q", "--filter", $"label=org.opencontainers.image.title={app}")).Distinct(StringComparer.Ordinal))
        {
            await RunAsync(repository, "rmi", "-f", image);
        }
    }

    /// <summary>Runs docker, and answers its lines.</summary>
    public static async Task<string[]> RunAsync(ScratchRepository repository, params string[] arguments) =>
        (await repository.RunAsync("docker", "", arguments)).ShouldSucceed().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string LabelOf(string app) => $"label=org.immutablebuild.app={app}";

    private static async Task<bool> HasAsync(string repository)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromMinutes(2) };
        try
        {
            using var reply = await http.GetAsync(new Uri($"http://localhost:5000/v2/{repository}/tags/list"), TestContext.Current.CancellationToken);
            return reply.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
