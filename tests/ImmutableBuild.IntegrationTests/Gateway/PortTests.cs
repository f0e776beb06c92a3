using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;

namespace ImmutableBuild.IntegrationTests.Gateway;

/// <summary>Somebody else on an instance's port, or an instance that would not let go of it.</summary>
public sealed class PortTests : IAsyncLifetime
{
    private TestGateway _gateway = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _gateway = await TestGateway.StartAsync();

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    [Trait("Fault", "F15")]
    public async Task The_old_version_on_the_new_ones_port_is_found_out()
    {
        var old = await _gateway.ServeAsync();
        var (id, port) = await CreateSilentAsync(2);

        (await _gateway.Http.GetAsync($"/listen/{port}", Token)).EnsureSuccessStatusCode();

        (await WhoAnswersAsync(port)).Generation.ShouldBe(old.ToString());
        await ShouldBeFoundOutAsync(id);
        (await _gateway.AskWhoAsync()).Generation.ShouldBe(old.ToString());
    }

    [Fact]
    [Trait("Fault", "F15")]
    public async Task An_instance_of_another_app_on_the_new_ones_port_is_found_out()
    {
        await using var elsewhere = await TestGateway.StartAsync();
        var old = await _gateway.ServeAsync();
        var (id, port) = await CreateSilentAsync(2);

        var other = await elsewhere.CreateAsync(TestGateway.Spec(3), ("TESTAPP_PORT", $"{port}"));

        await AcceptsAsync(port);
        (await WhoAnswersAsync(port)).Generation.ShouldBe(other.ToString());
        await ShouldBeFoundOutAsync(id);
        (await _gateway.AskWhoAsync()).Generation.ShouldBe(old.ToString());
    }

    [Fact]
    [Trait("Fault", "F15")]
    public async Task An_instance_whose_port_was_taken_while_it_was_down_comes_back_on_another()
    {
        var id = await _gateway.ServeAsync();
        var port = await PortOfAsync(id);
        using var process = Process.GetProcessById((await _gateway.AskWhoAsync()).ProcessId);
        var gateway = await _gateway.GatewayProcessAsync();

        // The gateway must not start it again before the other one has the port.
        Signal(gateway, "STOP");
        ImpostorApp impostor;
        try
        {
            process.Kill();
            // The other threads of the killed process may hold the port a little longer than its main thread is seen.
            await UntilAsync(async () => !IsAlive(process.Id) && !await IsTakenAsync(port));
            impostor = await ImpostorApp.StartAsync(port);
        }
        finally
        {
            Signal(gateway, "CONT");
        }

        await using var owned = impostor;
        await _gateway.UntilAsync(seen => seen.Find(id)!.Instances[0] is { Restarts: 1, ConsecutiveHealthy: > 0 }, "it was started again");
        (await PortOfAsync(id)).ShouldNotBe(port);
        (await _gateway.AskWhoAsync()).Generation.ShouldBe(id.ToString());
    }

    [Theory]
    [Trait("Fault", "F45")]
    [InlineData("group")]
    [InlineData("session")]
    public async Task A_child_that_holds_the_port_ends_with_its_generation(string where)
    {
        var configuration = new RuntimeConfiguration { StopGrace = TimeSpan.FromMilliseconds(500) };
        var id = await _gateway.CreateAsync(TestGateway.Spec(1, configuration), ("TESTAPP_LISTENER_CHILD", where), ("TESTAPP_IGNORE_TERM", "1"));
        var port = await PortOfAsync(id);
        await AcceptsAsync(port);

        await _gateway.DestroyAsync(id);
        await _gateway.GoneAsync(id);

        // The other threads of the killed process may hold the port a little longer than its main thread is seen.
        await UntilAsync(async () => !await IsTakenAsync(port));
    }

    [Fact]
    [Trait("Fault", "F45")]
    public async Task A_child_that_holds_the_port_of_a_crashed_instance_makes_room_for_the_next()
    {
        var id = await _gateway.ServeAsync(1, null, ("TESTAPP_LISTENER_CHILD", "group"));
        var child = (await _gateway.AskWhoAsync()).ProcessId;
        var leader = await LeaderAsync();
        leader.ShouldNotBe(child);

        using var process = Process.GetProcessById(leader);
        process.Kill();

        await _gateway.UntilAsync(seen => seen.Find(id)!.Instances[0] is { Restarts: 1, ConsecutiveHealthy: > 0 }, "it was started again");
        await UntilAsync(() => Task.FromResult(!IsAlive(child)));
        (await _gateway.AskWhoAsync()).ProcessId.ShouldNotBe(child);
    }

    private async Task<(GenerationId Id, int Port)> CreateSilentAsync(int version)
    {
        var id = await _gateway.CreateAsync(TestGateway.Spec(version), ("TESTAPP_NEVER_LISTEN", "1"));
        return (id, await PortOfAsync(id));
    }

    private async Task ShouldBeFoundOutAsync(GenerationId id)
    {
        var seen = await _gateway.UntilAsync(seen => seen.Find(id)!.Instances[0].Identity == InstanceIdentity.Foreign, "it is found out");
        seen.Find(id)!.Instances[0].ConsecutiveHealthy.ShouldBe(0);
        (await Should.ThrowAsync<ImmutableBuildException>(() => _gateway.RouteAsync(id))).Code.ShouldBe("IMB7051");
    }

    private async Task<int> PortOfAsync(GenerationId id) =>
        int.Parse((await _gateway.Client.ObserveAsync(Token)).Find(id)!.Instances[0].Address!.Split(':')[1]);

    /// <summary>The process that the gateway itself started for the first instance.</summary>
    private async Task<int> LeaderAsync() =>
        JsonNode.Parse(await File.ReadAllTextAsync(_gateway.StatePath, Token))!["generations"]![0]!["instances"]![0]!["process"]!["id"]!.GetValue<int>();

    private async Task<WhoAmI> WhoAnswersAsync(int port) =>
        JsonSerializer.Deserialize<WhoAmI>(await _gateway.Http.GetStringAsync(new Uri($"http://127.0.0.1:{port}/whoami"), Token), JsonSerializerOptions.Web)!;

    private static Task AcceptsAsync(int port) => UntilAsync(async () => await IsTakenAsync(port));

    private static async Task<bool> IsTakenAsync(int port)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync("127.0.0.1", port, Token);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static bool IsAlive(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/stat").Split(") ")[^1][0] != 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static void Signal(int process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{process}"]);
        kill.WaitForExit();
        kill.ExitCode.ShouldBe(0);
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        var began = Stopwatch.GetTimestamp();
        while (!await holds())
        {
            Stopwatch.GetElapsedTime(began).ShouldBeLessThan(TestGateway.Patience);
            await Task.Delay(20, Token);
        }
    }
}
