using System.Diagnostics;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;

namespace ImmutableBuild.IntegrationTests.Gateway;

/// <summary>A gateway that is killed at each point of a commit: what was committed before counts, and nothing else.</summary>
public sealed class CommitTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Fault", "F08")]
    public async Task Killed_while_it_switches_it_comes_back_with_the_last_acknowledged_route_or_the_one_under_way()
    {
        await using var gateway = await TestGateway.StartAsync();
        var (blue, green) = (await gateway.ServeAsync(1), await gateway.CreateHealthyAsync(TestGateway.Spec(2)));
        for (var round = 1; round <= 10; round++)
        {
            var lease = await gateway.LeaseAsync();
            using var process = Process.GetProcessById(await gateway.GatewayProcessAsync());
            var acknowledged = await KillAtAsync(process, calls: 2 * round, percent => gateway.Client.RouteAsync(Route.Split(blue, green, percent), lease, Token));

            var seen = await gateway.HealthyAsync(blue);

            seen.Route.Route.PercentOf(green).ShouldBeInRange(acknowledged, acknowledged + 1);
            (await gateway.AskWhoAsync()).Generation.ShouldBeOneOf(blue.ToString(), green.ToString());
        }
    }

    [Fact]
    [Trait("Fault", "F08")]
    public async Task Killed_while_it_writes_the_temporary_file_it_comes_back_with_the_committed_route()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "halts a write with a Linux pipe");
        await using var gateway = await TestGateway.StartAsync();
        var halted = await HaltSwitchAsync(gateway);

        await gateway.KillGatewayAsync(before: async () =>
        {
            // What a disk would hold now.
            halted.File.Dispose();
            await File.WriteAllBytesAsync(gateway.StatePath + ".tmp", halted.Written, Token);
        });

        (await Should.ThrowAsync<ImmutableBuildException>(() => halted.Switching)).IsTransient.ShouldBeTrue();
        await ShouldServeAsync(gateway, halted.Blue);
        await gateway.RouteAsync(halted.Green);
        await ShouldServeAsync(gateway, halted.Green);
    }

    [Fact]
    [Trait("Fault", "F09")]
    public async Task A_disk_that_stands_still_holds_up_a_switch_and_no_request()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "halts a write with a Linux pipe");
        await using var gateway = await TestGateway.StartAsync();
        var halted = await HaltSwitchAsync(gateway);

        // Enough connections for every thread that waits for sockets.
        for (var connection = 0; connection < 4 * Environment.ProcessorCount; connection++)
        {
            (await gateway.AskWhoAsync()).Generation.ShouldBe(halted.Blue.ToString());
        }

        await gateway.KillGatewayAsync(before: () =>
        {
            halted.File.Dispose();
            return Task.CompletedTask;
        });
        (await Should.ThrowAsync<ImmutableBuildException>(() => halted.Switching)).IsTransient.ShouldBeTrue();
    }

    [Fact]
    [Trait("Fault", "F08")]
    public async Task Killed_between_the_temporary_file_and_the_rename_it_comes_back_with_the_committed_route()
    {
        await using var gateway = await TestGateway.StartAsync();
        var (blue, green) = (await gateway.ServeAsync(1), await gateway.CreateHealthyAsync(TestGateway.Spec(2)));
        await gateway.RouteAsync(green);
        var next = await File.ReadAllBytesAsync(gateway.StatePath, Token);
        await gateway.RouteAsync(blue);

        // A whole state that nobody was told of: all that is missing is the rename.
        await gateway.KillGatewayAsync(before: () => File.WriteAllBytesAsync(gateway.StatePath + ".tmp", next, Token));

        await ShouldServeAsync(gateway, blue);
        await gateway.RouteAsync(green);
        await ShouldServeAsync(gateway, green);
    }

    [Theory]
    [Trait("Fault", "F08")]
    [InlineData("")]
    [InlineData("{\"schema\":1,\"app\":{\"app\":\"we\"")]
    [InlineData("\0\0\0\0\0\0\0\0")]
    [InlineData("{\"schema\":1}")]
    [InlineData(null)]
    public async Task A_state_that_is_empty_torn_or_gone_falls_back_to_the_one_before(string? content)
    {
        await using var gateway = await TestGateway.StartAsync();
        var id = await gateway.ServeAsync();
        await gateway.LeaseAsync();
        await gateway.KillGatewayAsync(before: async () =>
        {
            File.Delete(gateway.StatePath);
            if (content is not null)
            {
                await File.WriteAllTextAsync(gateway.StatePath, content, Token);
            }
        });

        await ShouldServeAsync(gateway, id);
        await gateway.LeaseAsync();
        (await gateway.Client.ObserveAsync(Token)).Lease.ShouldNotBeNull("it commits again");
    }

    /// <summary>A switch from one generation to another that stands still in the middle of writing the next state.</summary>
    private static async Task<HaltedSwitch> HaltSwitchAsync(TestGateway gateway)
    {
        var (blue, green) = (await gateway.ServeAsync(1), await gateway.CreateHealthyAsync(TestGateway.Spec(2), ("PADDING", new string('x', 20_000))));
        var lease = await gateway.LeaseAsync();
        var file = HaltedFile.At(gateway.StatePath + ".tmp");
        var switching = gateway.Client.RouteAsync(Route.To(green), lease, Token);
        return new HaltedSwitch(blue, green, file, await file.ReadSomeAsync(Token), switching);
    }

    private static async Task ShouldServeAsync(TestGateway gateway, GenerationId id)
    {
        (await gateway.HealthyAsync(id)).Route.Route.ShouldBe(Route.To(id));
        (await gateway.AskWhoAsync()).Generation.ShouldBe(id.ToString());
    }

    /// <summary>Makes calls with 1, 2, … and kills the process while one is under way, once <paramref name="calls"/> were acknowledged; the last that was.</summary>
    private static async Task<int> KillAtAsync(Process process, int calls, Func<int, Task> call)
    {
        for (var number = 1; ; number++)
        {
            try
            {
                var underWay = call(number);
                if (number > calls)
                {
                    process.Kill();
                }

                await underWay;
                if (number > calls)
                {
                    // It was acknowledged before the end came; the next one could be by the gateway that is started then.
                    await process.WaitForExitAsync(Token);
                    return number;
                }
            }
            catch (ImmutableBuildException fault) when (fault.IsTransient)
            {
                return number - 1;
            }
        }
    }

    private sealed record HaltedSwitch(GenerationId Blue, GenerationId Green, HaltedFile File, byte[] Written, Task Switching);
}
