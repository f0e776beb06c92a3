using System.Globalization;
using ImmutableBuild.Gateway;
using ImmutableBuild.IntegrationTests.Local;
using ImmutableBuild.Processes;

namespace ImmutableBuild.IntegrationTests.Gateway;

/// <summary>A keeper in trouble: replaced by another while its gateway could not look, or without what starting a gateway takes.</summary>
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

        // Without its socket nobody waits for an answer of the stopped gateway. Without a port, nothing keeps a second gateway from starting.
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

    [Fact]
    [Trait("Fault", "F08")]
    public async Task A_keeper_that_cannot_start_a_gateway_keeps_the_port_and_tries_again()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "stops a process");
        await using var gateway = await TestGateway.StartAsync();
        var serving = await gateway.ServeAsync();

        // A directory in the place of the log makes the start of a gateway fail, as a full disk or a full table of processes does.
        var log = Path.Combine(gateway.StateDirectory, "gateway.log");
        await gateway.KillGatewayAsync(() =>
        {
            File.Delete(log);
            Directory.CreateDirectory(log);
            return Task.CompletedTask;
        });
        await HasSaidAsync(gateway.KeeperWords, "can't be started yet");
        var asked = gateway.AskWhoAsync();
        Directory.Delete(log);

        (await asked).Generation.ShouldBe(serving.ToString());
    }

    private static async Task HasSaidAsync(string words, string what)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(TestGateway.Patience);
        while (!(await File.ReadAllTextAsync(words, patience.Token)).Contains(what, StringComparison.Ordinal))
        {
            await Task.Delay(20, patience.Token);
        }
    }
}
