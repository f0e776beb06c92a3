using System.CommandLine;
using ImmutableBuild.Benchmarks.Containers;

namespace ImmutableBuild.Benchmarks;

/// <summary>The gateway in its container against HAProxy in one, in front of the same app container: same network, each behind a published port.</summary>
internal static class DockerGatewayBenchmark
{
    public static Command Command()
    {
        var seconds = new Option<int>("--seconds") { Description = "Length of each measurement.", DefaultValueFactory = _ => 5 };
        var rounds = new Option<int>("--rounds") { Description = "Measurements of each subject; they take turns.", DefaultValueFactory = _ => 5 };
        var connections = new Option<int[]>("--connections") { Description = "Connections of wrk.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [1, 32, 256] };
        var command = new Command("docker-gateway", "The gateway in its container against HAProxy in one, driven by wrk. Needs tests/rig/docker.sh, and HAProxy on this machine.")
        {
            seconds, rounds, connections, DockerOptions.Registry, DockerOptions.BaseImage,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (registry, baseImage) = (parsed.GetValue(DockerOptions.Registry)!, parsed.GetValue(DockerOptions.BaseImage)!);
            await RunAsync(registry, baseImage, TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(rounds), parsed.GetValue(connections)!, cancellationToken);
        });
        return command;
    }

    private static async Task RunAsync(string registry, string baseImage, TimeSpan duration, int rounds, int[] connectionCounts, CancellationToken cancellationToken)
    {
        await using var image = await AppImage.MakeAsync(registry, baseImage, cancellationToken);
        await using var published = await RunDeployment.PrepareAsync(image, cancellationToken);
        await published.DeployAsync(1, cancellationToken);
        await using var release = new ImmutableDeployment(image, baseImage);
        await release.DeployAsync(1, cancellationToken);
        var app = await release.ContainerAsync("instance", cancellationToken);
        var network = await DockerProgram.RunAsync(cancellationToken, "inspect", "-f", "{{.HostConfig.NetworkMode}}", app);
        await using var haproxy = await HaproxyContainer.StartAsync(network, app, cancellationToken);

        await using var direct = new ContainerSubject("app, published port", published.Address, null);
        await using var gateway = new ContainerSubject("gateway", release.Address, await DockerProgram.ProcessOfAsync(await release.ContainerAsync("gateway", cancellationToken), cancellationToken));
        await using var peer = new ContainerSubject("HAProxy", haproxy.Address, await haproxy.ProcessAsync(cancellationToken));
        await new ProxyComparison([direct, gateway, peer], gateway, duration, rounds).RunAsync(connectionCounts, cancellationToken);
    }
}
