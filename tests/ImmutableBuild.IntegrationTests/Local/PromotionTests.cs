using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.IntegrationTests.Tool;
using ImmutableBuild.LoadGenerator;

namespace ImmutableBuild.IntegrationTests.Local;

/// <summary>From one environment to the next, over real gateways, processes and signatures in the store that both share.</summary>
public sealed class PromotionTests : OnToolBed
{
    [Fact]
    public async Task What_staging_proved_goes_to_production_without_a_build_and_back_again()
    {
        var (staging, production) = (Bed.OtherEnvironment, Bed.App);
        (await Should.ThrowAsync<ImmutableBuildException>(() => Bed.PromoteAsync("staging", production))).Code.ShouldBe("IMB8023");
        var first = await Bed.ReleaseAsync(staging, version: 1);

        var promoted = await Bed.PromoteAsync("staging", production, keep: 1, ("MODE", "production"));

        var live = promoted.HealthGate!.Live.ToString();
        live.ShouldNotBe(first.Live.ToString(), "its configuration is another one");
        (await Bed.AskAsync(promoted.HealthGate.Url!)).ShouldBe(live);
        (await Bed.AskAsync(first.Url!)).ShouldBe(first.Live.ToString(), "staging stays as it is");
        var processes = LocalProcesses.Of(Bed.Layout.Root);

        (await Bed.PromoteAsync("staging", production, keep: 1, ("MODE", "production"))).Deploy!.AlreadyLive.ShouldBeTrue();
        LocalProcesses.Of(Bed.Layout.Root).ShouldBe(processes, ignoreOrder: true);

        // The next one, under load: nobody notices.
        var second = await Bed.ReleaseAsync(staging, version: 2);
        await using var load = await OpenLoopLoad.StartAsync(new Uri(promoted.HealthGate.Url!), 50, cancellationToken: TestContext.Current.CancellationToken);
        var next = await Bed.PromoteAsync("staging", production, keep: 1, ("MODE", "production"));
        var result = await load.StopAsync();
        result.Failed.ShouldBe(0, result.ToString());
        (next.Promoted!.Generation, next.HealthGate!.Replaced.ToString()).ShouldBe((second.Live, live));

        var history = (await Bed.RunAsync(production, "history", "--json")).ShouldEndWith(0).Json;
        history.Each("cause").ShouldBe(["Promote", "Promote"]);
        history.Each("reason").ShouldBe(["promoted from staging", "promoted from staging"]);
        (await Bed.RunAsync(production, "history")).ShouldEndWith(0).Output.ShouldContain("promoted  ");
        (await Bed.RunAsync(production, "rollback", "--json")).ShouldEndWith(0).Json.At("to").ShouldBe(live);
        (await Bed.AskAsync(first.Url!)).ShouldBe(second.Live.ToString(), "a rollback in production is none in staging");
    }
}
