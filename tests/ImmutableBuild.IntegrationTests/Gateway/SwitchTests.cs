using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.LoadGenerator;

namespace ImmutableBuild.IntegrationTests.Gateway;

/// <summary>Moving traffic.</summary>
public sealed class SwitchTests(ITestOutputHelper output)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Fault", "F20")]
    public async Task A_hundred_switches_under_load_lose_nothing()
    {
        await using var gateway = await TestGateway.StartAsync();
        var (blue, green) = (await gateway.ServeAsync(1), await gateway.CreateHealthyAsync(TestGateway.Spec(2)));
        await using var load = await OpenLoopLoad.StartAsync(new Uri(gateway.Url, "/whoami"), 300, cancellationToken: Token);
        var durations = new List<TimeSpan>();
        for (var i = 0; i < 100; i++)
        {
            var lease = await gateway.LeaseAsync();
            var began = System.Diagnostics.Stopwatch.GetTimestamp();
            await gateway.Client.RouteAsync(Route.To(i % 2 == 0 ? green : blue), lease, Token);
            durations.Add(System.Diagnostics.Stopwatch.GetElapsedTime(began));
        }

        var result = await load.StopAsync();
        output.WriteLine($"{result}; switch median {durations.Order().ElementAt(50).TotalMilliseconds:0.0} ms, longest {durations.Max().TotalMilliseconds:0.0} ms");
        result.Failed.ShouldBe(0, result.ToString());
    }

    [Fact]
    [Trait("Fault", "F20")]
    public async Task Replacing_generations_under_load_loses_nothing()
    {
        await using var gateway = await TestGateway.StartAsync();
        var serving = await gateway.ServeAsync(1);
        await using var load = await OpenLoopLoad.StartAsync(new Uri(gateway.Url, "/slow?ms=20"), 100, cancellationToken: Token);
        for (var version = 2; version <= 6; version++)
        {
            var next = await gateway.ServeAsync(version);
            await gateway.DestroyAsync(serving);
            await gateway.GoneAsync(serving);
            serving = next;
        }

        var result = await load.StopAsync();
        result.Failed.ShouldBe(0, result.ToString());
    }

    [Fact]
    [Trait("Fault", "F24")]
    public async Task The_serving_path_itself_says_who_answers_and_is_no_traffic()
    {
        await using var gateway = await TestGateway.StartAsync();
        var first = await gateway.ServeAsync(1);
        var seen = await gateway.UntilAsync(seen => seen.Route.Serving is { Consecutive: >= 5 }, "the path answers");
        seen.Route.Serving!.Generation.ShouldBe(first);
        seen.Find(first)!.Traffic!.Requests.ShouldBe(0);
        var second = await gateway.ServeAsync(2);
        seen = await gateway.UntilAsync(seen => seen.Route.Serving is { Consecutive: >= 5 }, "the path answers");
        seen.Route.Serving!.Generation.ShouldBe(second);
    }

    [Fact]
    public async Task A_canary_gets_its_share_and_both_are_counted()
    {
        await using var gateway = await TestGateway.StartAsync();
        var (stable, canary) = (await gateway.ServeAsync(1), await gateway.CreateHealthyAsync(TestGateway.Spec(2)));
        await gateway.Client.RouteAsync(Route.Split(stable, canary, 30), await gateway.LeaseAsync(), Token);
        for (var i = 0; i < 400; i++)
        {
            await gateway.Http.GetStringAsync("/", Token);
        }

        using (await gateway.Http.GetAsync(new Uri("/status/503", UriKind.Relative), Token))
        {
        }

        var seen = await gateway.UntilAsync(seen => seen.Generations.Sum(generation => generation.Traffic!.Requests) == 401, "all are counted");
        seen.Find(canary)!.Traffic!.Requests.ShouldBeInRange(60, 180);
        seen.Generations.Sum(generation => generation.Traffic!.Errors).ShouldBe(1);
        seen.Generations.Sum(generation => generation.Traffic!.Lost).ShouldBe(0);
    }

    [Fact]
    [Trait("Fault", "F13")]
    public async Task A_generation_that_crashed_after_it_was_healthy_gets_no_traffic()
    {
        await using var gateway = await TestGateway.StartAsync();
        var old = await gateway.ServeAsync(1);
        var crashing = await gateway.CreateHealthyAsync(TestGateway.Spec(2), ("TESTAPP_ONCE", "1"));
        using (var direct = new HttpClient())
        {
            var address = (await gateway.Client.ObserveAsync(Token)).Find(crashing)!.Instances[0].Address!;
            await Should.ThrowAsync<HttpRequestException>(() => direct.GetAsync(new Uri($"http://{address}/crash"), Token));
        }

        await gateway.UntilAsync(seen => seen.Find(crashing)!.Instances[0] is { ExitCode: 3, ConsecutiveHealthy: 0 }, "it crashed");
        var refusal = await Should.ThrowAsync<ImmutableBuildException>(() => gateway.RouteAsync(crashing));
        refusal.Code.ShouldBe("IMB7051");
        (await gateway.AskWhoAsync()).Generation.ShouldBe(old.ToString());
        (await gateway.Client.ReadLogAsync(crashing, "0", 50, Token)).ShouldContain("crashing on request");
    }

    [Fact]
    [Trait("Fault", "F23")]
    public async Task A_request_that_may_have_been_seen_is_sent_once_unless_it_is_idempotent()
    {
        await using var gateway = await TestGateway.StartAsync();
        await gateway.ServeAsync(1);
        using (var answer = await gateway.Http.PostAsync(new Uri("/count-and-abort", UriKind.Relative), null, Token))
        {
            ((int)answer.StatusCode).ShouldBe(502);
        }

        (await gateway.Http.GetStringAsync("/posts", Token)).ShouldBe("1");
    }
}
