namespace ImmutableBuild.IntegrationTests.Rig;

/// <summary>The registry that the rig keeps beside its engine, with base images in it (tests/rig/docker.sh). Tests only read it.</summary>
internal static class RigRegistry
{
    /// <summary>A base with .NET and ASP.NET Core.</summary>
    public const string AspNet = $"{Host}/dotnet/aspnet:10.0";

    private const string Host = "localhost:5000";

    /// <summary>Skips the test, with the reason, where the base images are not there.</summary>
    public static async Task SkipUnlessThereAsync() =>
        Assert.SkipUnless(await IsThereAsync(), $"No registry with {AspNet} answers on {Host} (tests/rig/docker.sh).");

    /// <summary>Whether the base images are there.</summary>
    public static async Task<bool> IsThereAsync()
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromMinutes(5) };
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Head, new Uri($"http://{Host}/v2/dotnet/aspnet/manifests/10.0"));
            request.Headers.Accept.ParseAdd("application/vnd.docker.distribution.manifest.v2+json");
            using var reply = await http.SendAsync(request, TestContext.Current.CancellationToken);
            return reply.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
