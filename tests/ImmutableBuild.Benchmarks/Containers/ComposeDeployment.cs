using ImmutableBuild.Benchmarks.Measuring;
using ImmutableBuild.Benchmarks.Subjects;

namespace ImmutableBuild.Benchmarks.Containers;

/// <summary><c>docker-compose up -d</c> of a file with one service, whose environment changes from one to the next.</summary>
internal sealed class ComposeDeployment : IDeployment
{
    private readonly AppImage _image;
    private readonly string _program = Programs.Find("docker-compose", "docker-compose");
    private readonly string _project = $"ib-bench-{Guid.NewGuid().ToString("N")[..8]}";
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("immutable-bench-");

    public ComposeDeployment(AppImage image)
    {
        _image = image;
        Address = new Uri($"http://127.0.0.1:{Ports.Free()}/");
    }

    public string Name => "docker-compose up -d";

    public Uri Address { get; }

    private string File => Path.Combine(_directory.FullName, "docker-compose.yml");

    public async Task DeployAsync(int number, CancellationToken cancellationToken)
    {
        await System.IO.File.WriteAllTextAsync(File, $"""
            version: "3.7"
            services:
              app:
                image: {_image.Reference}
                restart: always
                ports: ["{Address.Authority}:{HelloApp.ContainerPort}"]
                environment:
                  ASPNETCORE_URLS: http://*:{HelloApp.ContainerPort}
                  {HelloApp.NumberVariable}: "{number}"

            """, cancellationToken);
        await ComposeAsync(cancellationToken, "up", "-d");
    }

    public Task RemoveAsync(CancellationToken cancellationToken) => ComposeAsync(cancellationToken, "down", "-v", "-t", "2");

    public async ValueTask DisposeAsync()
    {
        if (System.IO.File.Exists(File))
        {
            await RemoveAsync(CancellationToken.None);
        }

        _directory.Delete(recursive: true);
    }

    private Task ComposeAsync(CancellationToken cancellationToken, params string[] arguments) =>
        Programs.RunAsync(_program, ["-p", _project, "-f", File, .. arguments], cancellationToken);
}
