using System.Collections.Immutable;
using System.Text;
using ImmutableBuild.Docker;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Debugging;
using ImmutableBuild.IntegrationTests.Rig;
using ImmutableBuild.IntegrationTests.Targets;

namespace ImmutableBuild.IntegrationTests.Docker;

/// <summary>Copies to look at: without traffic, and gone by themselves.</summary>
[Collection(DockerAppsCollection.Name)]
public sealed class DebugTests(DockerEngine engine, DockerApps apps)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_copy_has_what_is_live_but_no_traffic_and_changes_nothing()
    {
        await using var bed = new DockerTargetBed(engine, apps);
        var spec = await ServeAsync(bed);
        var before = await bed.Target.ObserveAsync(bed.App, Token);

        var (generation, copy) = await new DebugApp(bed.Target).RunAsync(bed.App, DebugRequest.Default, Token);
        await using (copy)
        {
            generation.ShouldBe(spec.Id);
            (await RunAsync(copy, "cat version.txt && id -u && cat /proc/[0-9]*/comm")).Output.ShouldSatisfyAllConditions(
                output => output.ShouldStartWith("1"),
                output => output.ShouldContain("1654"),
                output => output.ShouldContain("ImmutableBuild."));
            (await RunAsync(copy, "touch /data/mine")).Code.ShouldNotBe(0, "data can only be read");
            (await RunAsync(copy, "exit 7")).Code.ShouldBe(7);
            (await bed.RequestAsync(bed.App, TimeSpan.FromSeconds(1))).ShouldBeTrue();
            var seen = await bed.Target.ObserveAsync(bed.App, Token);
            seen.Generations.ShouldHaveSingleItem().Instances.Select(instance => instance.Name).ShouldBe(["0"]);
            seen.Route.ShouldBe(before.Route with { Serving = seen.Route.Serving });
        }

        await NothingLeftAsync(bed);
        (await bed.AskAsync(bed.App)).ShouldBe(spec.Id);
    }

    [Fact]
    public async Task A_copy_goes_by_itself_when_its_time_is_over()
    {
        await using var bed = new DockerTargetBed(engine, apps);
        await ServeAsync(bed);

        var (_, copy) = await new DebugApp(bed.Target).RunAsync(bed.App, new DebugRequest(TimeSpan.FromSeconds(45), ToolsImage: null), Token);
        var (code, _) = await RunAsync(copy, "sleep 300");

        code.ShouldBe(137, "what runs in it ends with it");
        await NothingLeftAsync(bed);
    }

    [Fact]
    public async Task Looking_needs_no_gateway_but_the_one_there_is()
    {
        await using var bed = new DockerTargetBed(engine, apps);
        var spec = await ServeAsync(bed);
        await using var elsewhere = bed.Open(ensureGatewayImage: (_, _) => throw new ShouldAssertException("The base of the gateway's image is not at hand here."));

        await using (var copy = await elsewhere.StartCopyAsync(spec, DebugRequest.Default, Token))
        {
            (await RunAsync(copy, "id -u")).Output.Trim().ShouldBe("1654");
        }

        await new StopApp(bed.Target, TimeProvider.System, QuietReporter.Instance).RunAsync(bed.App, Token);
        (await elsewhere.ObserveAsync(bed.App, Token)).Generations.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_app_without_a_shell_is_looked_at_with_tools_from_beside()
    {
        await using var bed = new DockerTargetBed(engine, apps);
        await ServeAsync(bed);
        await using var shellless = bed.Open(ensureImage: LoadWithoutShellAsync);
        var spec = bed.Spec(bed.App, AppVariant.Healthy);

        (await Should.ThrowAsync<ImmutableBuildException>(() => shellless.StartCopyAsync(spec, DebugRequest.Default, Token))).Code.ShouldBe("IMB8021");
        await NothingLeftAsync(bed);

        await using var copy = await shellless.StartCopyAsync(spec, DebugRequest.Default with { ToolsImage = engine.Image }, Token);
        (await RunAsync(copy, "cat /proc/[0-9]*/cmdline | tr '\\0' ' '")).Output.ShouldContain("sleep 600", Case.Sensitive, "the copy's processes");
        (await RunAsync(copy, "for p in /proc/[0-9]*; do if [ \"$(cat $p/comm)\" = sleep ]; then cat $p/root/bin/busybox | wc -c; fi; done")).Output.Trim().ShouldNotBe("", "the copy's files");
    }

    [Fact]
    public async Task Stop_takes_copies_along()
    {
        await using var bed = new DockerTargetBed(engine, apps);
        await ServeAsync(bed);
        await new DebugApp(bed.Target).RunAsync(bed.App, DebugRequest.Default, Token);

        await new StopApp(bed.Elsewhere, TimeProvider.System, QuietReporter.Instance).RunAsync(bed.App, Token);

        await NothingLeftAsync(bed);
        (await bed.Client.Networks.ListNetworksAsync(new AppNames(bed.App).Mine, Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_anything_live_there_is_nothing_to_look_at()
    {
        await using var bed = new DockerTargetBed(engine, apps);

        (await Should.ThrowAsync<ImmutableBuildException>(() => new DebugApp(bed.Target).RunAsync(bed.App, DebugRequest.Default, Token))).Code.ShouldBe("IMB8020");
    }

    private async Task<string> LoadWithoutShellAsync(ImmutableBuild.Docker.Api.IDockerClient client, GenerationSpec spec, CancellationToken cancellationToken)
    {
        var path = Path.GetTempFileName();
        BusyboxImage.Write(path, $"{engine.Image}-plain", SystemProgram.Find("busybox")!, withShell: false);
        await using (var tar = File.OpenRead(path))
        {
            await client.Images.LoadImageAsync(tar, null, cancellationToken);
        }

        File.Delete(path);
        return (await client.Images.InspectImageAsync($"{engine.Image}-plain", cancellationToken)).ID;
    }

    private static async Task<GenerationSpec> ServeAsync(DockerTargetBed bed)
    {
        var lease = await bed.Target.AcquireLeaseAsync(bed.App, new LeaseRequest("debug", TimeSpan.FromMinutes(5)), Token);
        var plain = bed.Spec(bed.App, AppVariant.Healthy);
        var spec = plain with { Configuration = plain.Configuration with { DataVolumes = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal).Add("data", "/data") } };
        await bed.Target.CreateAsync(spec, lease, Token);
        while (!(await bed.Target.ObserveAsync(bed.App, Token)).Find(spec.Id)!.Instances.All(instance => instance.ConsecutiveHealthy > 2))
        {
            await Task.Delay(100, Token);
        }

        await bed.Target.RouteAsync(bed.App, Route.To(spec.Id), lease, Token);
        await bed.Target.ReleaseLeaseAsync(bed.App, lease, Token);
        return spec;
    }

    private static async Task<(int Code, string Output)> RunAsync(IDebugCopy copy, string script)
    {
        using var input = new MemoryStream(Encoding.UTF8.GetBytes(script + "\n"));
        using var output = new MemoryStream();
        using var errors = new MemoryStream();
        var code = await copy.RunAsync([], input, output, errors, Token);
        return (code, Encoding.UTF8.GetString(output.ToArray()));
    }

    private static async Task NothingLeftAsync(DockerTargetBed bed)
    {
        var parameters = new ContainersListParameters { All = true, Filters = new AppNames(bed.App).Of(AppNames.DebugRole) };
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(TimeSpan.FromMinutes(3));
        while ((await bed.Client.Containers.ListContainersAsync(parameters, patience.Token)).Count > 0)
        {
            await Task.Delay(100, patience.Token);
        }
    }
}
