using ImmutableBuild.IntegrationTests.Local;
using ImmutableBuild.IntegrationTests.Targets;

namespace ImmutableBuild.IntegrationTests.Docker;

/// <summary>What ends TLS on the engine's host reaches the gateway through the published port, and tells it who asked.</summary>
[Collection(DockerAppsCollection.Name)]
public sealed class ProxyOnTheHostTests(DockerEngine engine, DockerApps apps)
{
    [Fact]
    public async Task What_it_says_of_the_client_reaches_the_app()
    {
        await using var bed = new DockerTargetBed(engine, apps);
        await WholeRelease.RunAsync(bed.Target, bed.Spec(version: 1), LocalReleases.QuickPlan);
        var url = (await bed.Target.ObserveAsync(bed.App, TestContext.Current.CancellationToken)).Url;
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{url}/headers");
        request.Headers.Add("X-Forwarded-For", "198.51.100.7");
        request.Headers.Add("X-Forwarded-Proto", "https");
        request.Headers.Add("X-Forwarded-Host", "shop.example");

        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);

        var seen = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        seen.ShouldContain("X-Forwarded-For: 198.51.100.7, ");
        seen.ShouldContain("X-Forwarded-Proto: https");
        seen.ShouldContain("X-Forwarded-Host: shop.example");
    }
}
