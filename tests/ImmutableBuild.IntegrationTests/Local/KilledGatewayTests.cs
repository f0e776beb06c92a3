using ImmutableBuild.Errors;
using ImmutableBuild.Generations;

namespace ImmutableBuild.IntegrationTests.Local;

/// <summary>Gateways, keepers and instances that are killed, and state that is broken.</summary>
public sealed class KilledGatewayTests : OnLocalBed
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact, Trait("Fault", "F08")]
    public async Task A_killed_gateway_comes_back_by_itself_with_its_route_and_the_same_instance()
    {
        var spec = Bed.Spec(Bed.App, version: 1);
        await Bed.ReleaseAsync(spec);
        var instance = LocalProcesses.Instances(Bed.Layout.Root).ShouldHaveSingleItem();
        var killed = LocalProcesses.Gateways(Bed.Layout.Root, "serve").ShouldHaveSingleItem();

        await LocalProcesses.KillAsync([killed]);
        (await Bed.AskAsync(Bed.App)).ShouldBe(spec.Id, "the connection waits in the keeper's socket");

        await Bed.ShouldBeOnlyAsync(spec);
        LocalProcesses.Instances(Bed.Layout.Root).ShouldBe([instance], "it was adopted");
        LocalProcesses.Gateways(Bed.Layout.Root, "serve").ShouldNotContain(killed);
    }

    [Fact, Trait("Fault", "F08")]
    public async Task With_keeper_and_gateway_killed_a_look_brings_them_back_on_the_same_port()
    {
        var spec = Bed.Spec(Bed.App, version: 1);
        await Bed.ReleaseAsync(spec);
        var url = await Bed.UrlAsync(Bed.App);
        var instance = LocalProcesses.Instances(Bed.Layout.Root).ShouldHaveSingleItem();

        await LocalProcesses.KillGatewaysAsync(Bed.Layout.Root);

        (await Bed.UrlAsync(Bed.App)).ShouldBe(url);
        await Bed.UntilAsync(seen => seen.Generations is [{ Instances: [{ ConsecutiveHealthy: > 0 }] }]);
        await Bed.ShouldBeOnlyAsync(spec);
        LocalProcesses.Instances(Bed.Layout.Root).ShouldBe([instance]);
    }

    [Fact, Trait("Fault", "F44")]
    public async Task After_a_restart_of_the_host_the_last_committed_generation_comes_back()
    {
        var spec = Bed.Spec(Bed.App, version: 1);
        await Bed.ReleaseAsync(spec);
        var url = await Bed.UrlAsync(Bed.App);

        // A host that restarts ends all at once.
        await LocalProcesses.KillGatewaysAsync(Bed.Layout.Root);
        await LocalProcesses.KillAsync(LocalProcesses.Instances(Bed.Layout.Root));
        LocalProcesses.Of(Bed.Layout.Root).ShouldBeEmpty();

        await Bed.UntilAsync(seen => seen.Generations is [{ Instances: [{ ConsecutiveHealthy: > 0 }] }]);
        await Bed.ShouldBeOnlyAsync(spec);
        (await Bed.UrlAsync(Bed.App)).ShouldBe(url);
    }

    [Theory, Trait("Fault", "F10")]
    [InlineData("{ not json", "IMB6052")]
    [InlineData("", "IMB6052")]
    [InlineData("""{"schema":1}""", "IMB6052")]
    [InlineData("""{"schema":99}""", "IMB6053")]
    public async Task An_app_whose_state_is_broken_or_of_a_newer_form_says_so_and_the_others_serve(string content, string code)
    {
        var spec = Bed.Spec(Bed.App, version: 1);
        await Bed.ReleaseAsync(spec);
        var other = Bed.OtherEnvironment;
        await Bed.Target.AcquireLeaseAsync(other, new LeaseRequest("other", TimeSpan.FromMinutes(5)), Ct);
        await LocalProcesses.KillGatewaysAsync(Bed.Layout.App(other));
        string[] files = ["state.json", "state.previous.json"];
        foreach (var file in files)
        {
            await File.WriteAllTextAsync(Path.Combine(Bed.Layout.App(other), file), content, Ct);
        }

        var refusal = await Should.ThrowAsync<ImmutableBuildException>(() => Bed.Target.ObserveAsync(other, Ct));

        refusal.Code.ShouldBe(code);
        refusal.Message.ShouldContain(Bed.Layout.App(other));
        files.ShouldAllBe(file => File.ReadAllText(Path.Combine(Bed.Layout.App(other), file)) == content, "nothing is overwritten");
        await Bed.ShouldBeOnlyAsync(spec);
    }

    [Fact]
    public async Task Many_builds_that_start_the_gateway_at_once_start_one()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 6).Select(index => Task.Run(async () =>
        {
            await using var target = Bed.Open();
            try
            {
                return (await target.AcquireLeaseAsync(Bed.App, new LeaseRequest($"build-{index}", TimeSpan.FromMinutes(5)), Ct)).Holder;
            }
            catch (ImmutableBuildException refused) when (refused.Code == "IMB6001")
            {
                return null;
            }
        }, Ct)));

        results.OfType<string>().ShouldHaveSingleItem();
        await LocalProcesses.UntilOneKeeperAsync(Bed.Layout.Root);
        LocalProcesses.Gateways(Bed.Layout.Root, "serve").Count.ShouldBe(1);
    }
}
