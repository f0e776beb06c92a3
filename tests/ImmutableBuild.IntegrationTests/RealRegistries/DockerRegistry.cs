using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace ImmutableBuild.IntegrationTests.RealRegistries;

/// <summary>Debian's <c>docker-registry</c> on a free loopback port, with a storage of its own.</summary>
internal sealed class DockerRegistry : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _directory;

    private DockerRegistry(Process process, string directory, string host) => (_process, _directory, Host) = (process, directory, host);

    /// <summary>Its <c>host:port</c>.</summary>
    public string Host { get; }

    /// <summary>Starts one, or skips the test where there is none.</summary>
    public static async Task<DockerRegistry> StartAsync(CancellationToken cancellationToken)
    {
        Assert.SkipUnless(InstalledProgram.Find("docker-registry") is not null, "docker-registry is not installed (tests/rig/install.sh)");
        var directory = Directory.CreateTempSubdirectory("imb-registry-").FullName;
        var host = $"127.0.0.1:{FreePort()}";
        var config = Path.Combine(directory, "config.yml");
        await File.WriteAllTextAsync(config, $"""
            version: 0.1
            log: {"{level: error}"}
            storage: {"{filesystem: {rootdirectory: " + directory + "/data}}"}
            http: {"{addr: \"" + host + "\"}"}
            """, cancellationToken);
        var process = Process.Start(new ProcessStartInfo("docker-registry", ["serve", config]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var registry = new DockerRegistry(process, directory, host);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await registry.WaitAsync(cancellationToken);
        return registry;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        for (var attempt = 0; attempt < 300; attempt++)
        {
            try
            {
                using var reply = await http.GetAsync(new Uri($"http://{Host}/v2/"), cancellationToken);
                if (reply.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            await Task.Delay(100, cancellationToken);
        }

        throw new TimeoutException("docker-registry did not start.");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
