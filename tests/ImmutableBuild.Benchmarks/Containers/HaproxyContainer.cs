using System.Text.RegularExpressions;
using ImmutableBuild.Benchmarks.Measuring;
using ImmutableBuild.Benchmarks.Subjects;

namespace ImmutableBuild.Benchmarks.Containers;

/// <summary>
/// HAProxy in a container of its own, hardened as the gateway's is, in the app's network and behind a published port. Its image is Debian's
/// program with the libraries that this machine starts it with, and nothing else. Disposing of it removes container and image.
/// </summary>
internal sealed partial class HaproxyContainer : IAsyncDisposable
{
    private readonly string _name = $"ib-bench-{Guid.NewGuid().ToString("N")[..8]}";

    /// <summary>Where it answers.</summary>
    public Uri Address { get; } = new($"http://127.0.0.1:{Ports.Free()}/");

    /// <summary>Starts one in front of <paramref name="host"/>, the name of the app's container in <paramref name="network"/>.</summary>
    public static async Task<HaproxyContainer> StartAsync(string network, string host, CancellationToken cancellationToken)
    {
        var container = new HaproxyContainer();
        await container.BuildAsync(host, cancellationToken);
        await DockerProgram.RunAsync(
            cancellationToken,
            "run", "-d", "--name", container._name, "--network", network, "-p", $"{container.Address.Authority}:{HelloApp.ContainerPort}",
            "--user", "1654", "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", container._name);
        await Ports.UntilAnsweredAsync(container.Address, cancellationToken);
        return container;
    }

    /// <summary>Its first process.</summary>
    public Task<int> ProcessAsync(CancellationToken cancellationToken) => DockerProgram.ProcessOfAsync(_name, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await DockerProgram.RunAsync(CancellationToken.None, "rm", "-f", _name);
        await DockerProgram.RunAsync(CancellationToken.None, "rmi", "-f", _name);
    }

    private async Task BuildAsync(string host, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("immutable-bench-");
        try
        {
            var program = Programs.Find("haproxy", "haproxy");
            File.Copy(program, Path.Combine(directory.FullName, "haproxy"));
            var libraries = Directory.CreateDirectory(Path.Combine(directory.FullName, "lib"));
            foreach (Match library in Library().Matches(await Programs.RunAsync("ldd", [program], cancellationToken)))
            {
                File.Copy(library.Value, Path.Combine(libraries.FullName, Path.GetFileName(library.Value)));
            }

            var loader = libraries.EnumerateFiles("ld-linux*").Single().Name;
            await File.WriteAllTextAsync(Path.Combine(directory.FullName, "haproxy.cfg"), Configuration(host), cancellationToken);
            await File.WriteAllTextAsync(Path.Combine(directory.FullName, "Dockerfile"), $"""
                FROM scratch
                COPY haproxy haproxy.cfg /
                COPY lib /lib
                ENTRYPOINT ["/lib/{loader}", "--library-path", "/lib", "/haproxy", "-db", "-f", "/haproxy.cfg"]
                """, cancellationToken);
            await DockerProgram.RunAsync(cancellationToken, "build", "-q", "-t", _name, directory.FullName);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static string Configuration(string host) => PeerSubject.HaproxyConfiguration($"*:{HelloApp.ContainerPort}", $"{host}:{HelloApp.ContainerPort}");

    [GeneratedRegex(@"/\S+\.so\S*")]
    private static partial Regex Library();
}
