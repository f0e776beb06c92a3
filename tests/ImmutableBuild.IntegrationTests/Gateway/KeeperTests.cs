using System.Globalization;
using ImmutableBuild.Gateway;
using ImmutableBuild.IntegrationTests.Local;
using ImmutableBuild.Processes;

namespace ImmutableBuild.IntegrationTests.Gateway;

/// <summary>A keeper that another one replaced while its gateway could not look.</summary>
public sealed class KeeperTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Fault", "F08")]
    public async Task A_gateway_that_slept_while_another_took_over_ends_and_the_other_stays_in_charge()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "finds processes in /proc");
        var state = Directory.CreateTempSubdirectory("imb-gw-").FullName;
        var gateway = await TestGateway.StartAsync(state, "none");
        var asleep = await gateway.GatewayProcessAsync();
        Signals.Stop(asleep);
        await LocalProcesses.KillAsync(gateway.KeeperProcess);

        // Nobody shall wait for an answer of the one that sleeps. Without a port, nothing keeps a second one from starting.
        File.Delete(ControlSocket.PathFor(state));
        await using var other = await TestGateway.StartAsync(state, "none");
        var inCharge = await other.GatewayProcessAsync();
        Signals.Continue(asleep);

        var host = ProcessHost.ForThisSystem();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(TestGateway.Patience);
        while (host.Find(asleep) is not null)
        {
            await Task.Delay(20, patience.Token);
        }

        (await other.GatewayProcessAsync()).ShouldBe(inCharge, "its socket is still there");
        LocalProcesses.Gateways(state, "serve").ShouldBe([inCharge]);
        (await File.ReadAllTextAsync(Path.Combine(state, "gateway.log"), Token)).ShouldContain(asleep.ToString(CultureInfo.InvariantCulture));
        await gateway.AbandonAsync();
    }
}
