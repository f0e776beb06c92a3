using System.Diagnostics;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.IntegrationTests.Local;

namespace ImmutableBuild.IntegrationTests.Gateway;

/// <summary>A state directory on a disk that fills up.</summary>
public sealed class FullDiskTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Fault", "F09")]
    public async Task A_full_disk_switches_nothing_and_the_next_start_has_the_last_committed_route()
    {
        var state = Directory.CreateTempSubdirectory("imb-gw-").FullName;
        Assert.SkipUnless(OperatingSystem.IsLinux() && await RunAsync("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", state) == 0, "Mounting a small disk needs root on Linux.");
        try
        {
            var gateway = await TestGateway.StartAsync(state);
            var (blue, green) = (await gateway.ServeAsync(1), await gateway.CreateHealthyAsync(TestGateway.Spec(2)));
            var lease = await gateway.LeaseAsync();
            var filler = Path.Combine(state, "filler");
            await FillAsync(filler);
            (await Should.ThrowAsync<ImmutableBuildException>(() => gateway.Client.RouteAsync(Route.To(green), lease, Token))).Code.ShouldBe("IMB6050");
            (await gateway.AskWhoAsync()).Generation.ShouldBe(blue.ToString());

            await gateway.KillGatewayAsync();
            (await gateway.AskWhoAsync()).Generation.ShouldBe(blue.ToString());
            File.Delete(filler);
            await gateway.HealthyAsync(green);
            await gateway.RouteAsync(green);
            (await gateway.AskWhoAsync()).Generation.ShouldBe(green.ToString());
            await gateway.StopAsync();
        }
        finally
        {
            // When the test failed, its processes still hold the disk.
            await LocalProcesses.KillGatewaysAsync(state);
            await LocalProcesses.KillAsync(LocalProcesses.Of(state));
            await UnmountAsync(state);
            Directory.Delete(state, recursive: true);
        }
    }

    private static async Task FillAsync(string path)
    {
        try
        {
            await using var file = File.Create(path);
            while (true)
            {
                await file.WriteAsync(new byte[512], Token);
                await file.FlushAsync(Token);
            }
        }
        catch (IOException)
        {
            // No space is left, as intended.
        }
    }

    // The other threads of a killed process may hold its files a moment longer than its main thread lives.
    private static async Task UnmountAsync(string directory)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        while (await RunAsync("umount", directory) != 0)
        {
            await Task.Delay(50, patience.Token);
        }
    }

    private static async Task<int> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true })!;
        await process.WaitForExitAsync(CancellationToken.None);
        return process.ExitCode;
    }
}
