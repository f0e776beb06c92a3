using System.Net;
using System.Net.Http.Json;
using ImmutableBuild.Docker;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.IntegrationTests.Local;
using ImmutableBuild.IntegrationTests.Targets;

namespace ImmutableBuild.IntegrationTests.Docker.Own;

/// <summary>The engine itself ends and comes back, or hardly gets a processor.</summary>
[Collection(DockerCollection.Name)]
public sealed class FailingEngineTests(OwnEngine engine, DockerApps apps, ITestOutputHelper output) : IClassFixture<OwnEngine>
{
    private const int Crowd = 400;
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

    /// <summary>It is the engine that says where an instance's name leads, and each of the crowd needs a connection of its own to the instance.</summary>
    [Fact]
    public async Task A_crowd_that_comes_at_once_is_answered_while_the_engine_is_slow()
    {
        await using var bed = new DockerTargetBed(engine, apps);
        await WholeRelease.RunAsync(bed.Target, bed.Spec(1), LocalReleases.QuickPlan);
        using var client = new HttpClient { BaseAddress = new Uri((await bed.Elsewhere.ObserveAsync(bed.App, Token)).Url!), Timeout = s_patience };

        HttpStatusCode[] answers;
        await using (engine.Slow())
        {
            answers = await Task.WhenAll(Enumerable.Range(0, Crowd).Select(_ => AskAsync(client)));
        }

        answers.CountBy(status => status).ShouldBe([new(HttpStatusCode.OK, Crowd)]);
    }

    private static async Task<HttpStatusCode> AskAsync(HttpClient client)
    {
        using var answer = await client.GetAsync(new Uri("slow?ms=500", UriKind.Relative), Token);
        return answer.StatusCode;
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
