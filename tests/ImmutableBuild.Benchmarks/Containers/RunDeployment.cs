using ImmutableBuild.Benchmarks.Subjects;

namespace ImmutableBuild.Benchmarks.Containers;

/// <summary><c>docker run -d</c> with a published port, in a network made beforehand; to replace it, <c>docker stop</c> and <c>docker rm</c> before that.</summary>
internal sealed class RunDeployment : IDeployment
{
    private readonly AppImage _image;
    private readonly string _name = $"ib-bench-{Guid.NewGuid().ToString("N")[..8]}";
    private bool _runs;

    private RunDeployment(AppImage image)
    {
        _image = image;
        Address = new Uri($"http://127.0.0.1:{Ports.Free()}/");
    }

    /// <summary>Makes the network.</summary>
    public static async Task<RunDeployment> PrepareAsync(AppImage image, CancellationToken cancellationToken)
    {
        var deployment = new RunDeployment(image);
        await DockerProgram.RunAsync(cancellationToken, "network", "create", deployment._name);
        return deployment;
    }

    public string Name => "docker run -d";

    public Uri Address { get; }

    public async Task DeployAsync(int number, CancellationToken cancellationToken)
    {
        if (_runs)
        {
            await RemoveAsync(cancellationToken);
        }

        _runs = true;
        await DockerProgram.RunAsync(
            cancellationToken,
            "run", "-d", "--name", _name, "--network", _name, "--restart", "always", "-p", $"{Address.Authority}:{HelloApp.ContainerPort}",
            "-e", $"ASPNETCORE_URLS=http://*:{HelloApp.ContainerPort}", "-e", $"{HelloApp.NumberVariable}={number}", _image.Reference);
    }

    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        _runs = false;
        await DockerProgram.RunAsync(cancellationToken, "stop", _name);
        await DockerProgram.RunAsync(cancellationToken, "rm", _name);
    }

    public async ValueTask DisposeAsync()
    {
        if (_runs)
        {
            await DockerProgram.RunAsync(CancellationToken.None, "rm", "-f", _name);
        }

        await DockerProgram.RunAsync(CancellationToken.None, "network", "rm", _name);
    }
}
