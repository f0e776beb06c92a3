using System.Net.Http.Json;
using ImmutableBuild.Docker;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.IntegrationTests.Local;
using ImmutableBuild.IntegrationTests.Targets;

namespace ImmutableBuild.IntegrationTests.Docker.Own;

/// <summary>The engine itself ends and comes back.</summary>
[Collection(DockerCollection.Name)]
public sealed class EngineRestartTests(OwnEngine engine, DockerApps apps, ITestOutputHelper output) : IClassFixture<OwnEngine>
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [Trait("Fault", "F08")]
    [Trait("Fault", "F44")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Between_create_and_route_the_last_route_comes_back_by_itself_and_the_release_ends_well_or_clean(bool killed)
    {
        await using var bed = new DockerTargetBed(engine, apps);
        var (old, next) = (bed.Spec(1), bed.Spec(2, ("TESTAPP_START_DELAY_MS", "20000")));
        await WholeRelease.RunAsync(bed.Target, old, LocalReleases.QuickPlan);
        var url = new Uri(new Uri((await bed.Elsewhere.ObserveAsync(bed.App, Token)).Url!), "/whoami");
        var release = WholeRelease.RunAsync(bed.Target, next, LocalReleases.QuickPlan);
        while (!(await bed.ContainersAsync()).Contains($"/{new AppNames(bed.App).Instance(next.Id, "0")}"))
        {
            await Task.Delay(50, Token);
        }

        await engine.EndAsync(killed);
        await engine.StartAsync();

        (await FirstAnswerAsync(url)).ShouldBe(old.Id, "the new one is not up yet");
        try
        {
            await release;
            output.WriteLine("the release went on");
        }
        catch (ImmutableBuildException failure)
        {
            output.WriteLine(failure.Message);
            (await bed.AskAsync(bed.App)).ShouldBe(old.Id);
        }

        await WholeRelease.RunAsync(bed.Target, next, LocalReleases.QuickPlan);
        await bed.ShouldBeOnlyAsync(next);
    }

    private static async Task<GenerationId?> FirstAnswerAsync(Uri url)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(s_patience);
        while (true)
        {
            try
            {
                var answer = await http.GetFromJsonAsync(url, WhoAmIJson.Default.WhoAmI, patience.Token);
                return GenerationId.TryParse(answer?.Generation, out var id) ? id : null;
            }
            catch (Exception fault) when (fault is HttpRequestException or OperationCanceledException && !patience.IsCancellationRequested)
            {
                await Task.Delay(100, patience.Token);
            }
        }
    }
}
