using System.Diagnostics;
using System.Net.Sockets;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.IntegrationTests.Local;

namespace ImmutableBuild.IntegrationTests.Gateway;

/// <summary>Killed processes, broken files, full disks.</summary>
public sealed class SurvivalTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Fault", "F08")]
    [Trait("Fault", "F44")]
    public async Task A_killed_gateway_comes_back_with_its_route_and_adopts_its_instances()
    {
        await using var gateway = await TestGateway.StartAsync();
        var id = await gateway.ServeAsync();
        var before = await gateway.AskWhoAsync();
        await gateway.KillGatewayAsync();

        // The keeper's socket takes the connection while no gateway runs.
        var after = await gateway.AskWhoAsync();
        after.Generation.ShouldBe(id.ToString());
        after.ProcessId.ShouldBe(before.ProcessId);
        var seen = await gateway.HealthyAsync(id);
        seen.Route.Route.ShouldBe(Route.To(id));
        seen.Find(id)!.Instances[0].Restarts.ShouldBe(0);
    }

    [Fact]
    [Trait("Fault", "F09")]
    public async Task A_state_that_cannot_be_written_switches_nothing()
    {
        await using var gateway = await TestGateway.StartAsync();
        var (blue, green) = (await gateway.ServeAsync(1), await gateway.CreateHealthyAsync(TestGateway.Spec(2)));
        var lease = await gateway.LeaseAsync();
        var committed = await File.ReadAllBytesAsync(gateway.StatePath, Token);

        // Root may write anywhere, so a directory stands where the temporary file should be.
        Directory.CreateDirectory(gateway.StatePath + ".tmp");
        (await Should.ThrowAsync<ImmutableBuildException>(() => gateway.Client.RouteAsync(Route.To(green), lease, Token))).Code.ShouldBe("IMB6050");
        (await Should.ThrowAsync<ImmutableBuildException>(() => gateway.Client.CreateAsync(TestGateway.Spec(3), TestGateway.Launch(), lease, Token))).Code.ShouldBe("IMB6050");
        (await File.ReadAllBytesAsync(gateway.StatePath, Token)).ShouldBe(committed);
        (await gateway.AskWhoAsync()).Generation.ShouldBe(blue.ToString());
        (await gateway.Client.ObserveAsync(Token)).Find(TestGateway.Spec(3).Id).ShouldBeNull();

        Directory.Delete(gateway.StatePath + ".tmp");
        await gateway.RouteAsync(green);
        (await gateway.AskWhoAsync()).Generation.ShouldBe(green.ToString());
    }

    [Fact]
    [Trait("Fault", "F10")]
    public async Task A_newer_state_stops_this_app_only_and_is_left_alone()
    {
        await using var other = await TestGateway.StartAsync();
        var id = await other.ServeAsync();
        var state = Directory.CreateTempSubdirectory("imb-gw-").FullName;
        var path = Path.Combine(state, "state.json");
        const string Newer = """{"schema":99,"everything":"is different"}""";
        await File.WriteAllTextAsync(path, Newer, Token);
        var (exitCode, words) = await TestGateway.StartKeeper(state, "0").EndAsync();
        exitCode.ShouldNotBe(0);
        words.ShouldContain("IMB6053");
        (await File.ReadAllTextAsync(path, Token)).ShouldBe(Newer);
        (await other.AskWhoAsync()).Generation.ShouldBe(id.ToString());
        Directory.Delete(state, recursive: true);
    }

    [Fact]
    public async Task A_taken_port_is_said_before_anything_starts()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var state = Directory.CreateTempSubdirectory("imb-gw-").FullName;
        var (exitCode, words) = await TestGateway.StartKeeper(state, ((System.Net.IPEndPoint)listener.LocalEndpoint).Port.ToString()).EndAsync();
        exitCode.ShouldNotBe(0);
        words.ShouldContain("IMB6051");
        Directory.Delete(state, recursive: true);
    }

    [Fact]
    [Trait("Fault", "F44")]
    public async Task A_half_made_generation_is_reaped_with_its_processes()
    {
        await using var gateway = await TestGateway.StartAsync();
        var whole = await gateway.ServeAsync();
        var half = await gateway.CreateHealthyAsync(TestGateway.Spec(2));
        var address = (await gateway.Client.ObserveAsync(Token)).Find(half)!.Instances[0].Address!;

        // As if it had been killed before the commit that ends a creation.
        var state = System.Text.Json.Nodes.JsonNode.Parse(await File.ReadAllTextAsync(gateway.StatePath, Token))!;
        var record = state["generations"]![1]!;
        record["phase"] = "Creating";
        record["instances"]![0]!.AsObject().Remove("process");
        await gateway.KillGatewayAsync(before: () => File.WriteAllTextAsync(gateway.StatePath, state.ToJsonString(), Token));
        await gateway.GoneAsync(half);

        // The other threads of the killed process may hold the port a little longer than its main thread is seen.
        await gateway.UntilAsync(_ => !IsTaken(int.Parse(address.Split(':')[1])), "nobody listens on its port");
        (await gateway.AskWhoAsync()).Generation.ShouldBe(whole.ToString());
    }

    [Fact]
    [Trait("Fault", "F44")]
    public async Task An_instance_whose_process_number_went_to_another_is_started_again_and_the_other_is_left_alone()
    {
        await using var gateway = await TestGateway.StartAsync();
        var id = await gateway.ServeAsync();
        using var bystander = Process.Start("sleep", ["1000"])!;
        var state = System.Text.Json.Nodes.JsonNode.Parse(await File.ReadAllTextAsync(gateway.StatePath, Token))!;
        state["generations"]![0]!["instances"]![0]!["process"]!["id"] = bystander.Id;
        await gateway.KillGatewayAsync(before: () => File.WriteAllTextAsync(gateway.StatePath, state.ToJsonString(), Token));
        await gateway.UntilAsync(seen => seen.Find(id)!.Instances[0] is { Restarts: 1, ConsecutiveHealthy: > 0 }, "it was started again");
        bystander.HasExited.ShouldBeFalse();
        bystander.Kill();
    }

    [Fact]
    [Trait("Fault", "F45")]
    public async Task Children_and_ignored_signals_do_not_outlive_the_grace_period()
    {
        await using var gateway = await TestGateway.StartAsync();
        var configuration = new RuntimeConfiguration { StopGrace = TimeSpan.FromMilliseconds(500) };
        var id = await gateway.CreateHealthyAsync(TestGateway.Spec(1, configuration), ("TESTAPP_IGNORE_TERM", "1"), ("TESTAPP_CHILDREN", "1"));
        var children = await File.ReadAllLinesAsync(Path.Combine(gateway.StateDirectory, "generations", id.ToString(), "0", "work", "children.txt"), Token);
        children.ShouldAllBe(child => File.Exists($"/proc/{child}/stat"));
        await gateway.DestroyAsync(id);
        await gateway.GoneAsync(id);
        children.ShouldAllBe(child => !LocalProcesses.IsRunning(int.Parse(child)));
        Directory.Exists(Path.Combine(gateway.StateDirectory, "generations", id.ToString())).ShouldBeFalse();
    }

    [Fact]
    [Trait("Fault", "F15")]
    public async Task Another_program_on_the_instances_port_is_found_out()
    {
        await using var gateway = await TestGateway.StartAsync();
        var id = await gateway.CreateAsync(TestGateway.Spec(1), ("TESTAPP_NEVER_LISTEN", "1"));
        var address = (await gateway.Client.ObserveAsync(Token)).Find(id)!.Instances[0].Address!;
        await using var impostor = await ImpostorApp.StartAsync(int.Parse(address.Split(':')[1]));
        var seen = await gateway.UntilAsync(seen => seen.Find(id)!.Instances[0].Identity == InstanceIdentity.Foreign, "it is found out");
        seen.Find(id)!.Instances[0].ConsecutiveHealthy.ShouldBe(0);
        (await Should.ThrowAsync<ImmutableBuildException>(() => gateway.RouteAsync(id))).Code.ShouldBe("IMB7051");
    }

    [Fact]
    [Trait("Fault", "F40")]
    public async Task A_program_that_cannot_be_started_leaves_nothing()
    {
        await using var gateway = await TestGateway.StartAsync();
        var file = Path.Combine(gateway.StateDirectory, "not-a-program");
        await File.WriteAllTextAsync(file, "text", Token);
        var spec = TestGateway.Spec(1, size: 3);
        var fault = await Should.ThrowAsync<ImmutableBuildException>(async () =>
            await gateway.Client.CreateAsync(spec, TestGateway.Launch() with { Executable = file }, await gateway.LeaseAsync(), Token));
        fault.Code.ShouldBe("IMB6054");
        (await gateway.Client.ObserveAsync(Token)).Generations.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_stopped_app_leaves_only_its_ledger_and_the_number_of_its_port()
    {
        var gateway = await TestGateway.StartAsync();
        var id = await gateway.ServeAsync();
        var lease = await gateway.LeaseAsync();
        await gateway.Client.RecordAsync(new LedgerEntry { Event = LedgerEvent.Live, Cause = LedgerCause.Release, Spec = TestGateway.Spec(1), By = "test" }, lease, Token);
        var process = (await gateway.AskWhoAsync()).ProcessId;
        await gateway.Client.StopAsync(lease, Token);
        await gateway.KeeperEndedAsync();
        Directory.GetFileSystemEntries(gateway.StateDirectory).Select(Path.GetFileName).Order(StringComparer.Ordinal).ShouldBe(["former-public-port", "ledger.jsonl"]);
        LocalProcesses.IsRunning(process).ShouldBeFalse();

        await using var again = await TestGateway.StartAsync(gateway.StateDirectory);
        var seen = await again.Client.ObserveAsync(Token);
        seen.Generations.ShouldBeEmpty();
        seen.Ledger.ShouldHaveSingleItem().Spec.Id.ShouldBe(id);
    }

    private static bool IsTaken(int port)
    {
        using var client = new TcpClient();
        try
        {
            client.Connect("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
