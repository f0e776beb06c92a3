using System.Net;
using System.Net.Sockets;
using ImmutableBuild.Benchmarks.Measuring;

namespace ImmutableBuild.Benchmarks.Publishing;

/// <summary>The Docker project's registry (Debian's docker-registry) on a free loopback port, with nothing in it. Disposing of it removes what it holds.</summary>
internal sealed class LoopbackRegistry : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("immutable-bench-registry-");
    private Service? _service;

    private LoopbackRegistry(int port) => Address = new Uri($"http://127.0.0.1:{port}/");

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Starts one, and returns once it answers.</summary>
    public static async Task<LoopbackRegistry> StartAsync(CancellationToken cancellationToken)
    {
        var program = Programs.Find("docker-registry", "docker-registry");
        var registry = new LoopbackRegistry(FreePort());
        var config = Path.Combine(registry._directory.FullName, "config.yml");
        await File.WriteAllTextAsync(config, $"""
            version: 0.1
            log:
              level: error
              accesslog:
                disabled: true
            storage:
              filesystem:
                rootdirectory: {registry._directory.FullName}/data
            http:
              addr: {registry.Address.Authority}
            """, cancellationToken);
        registry._service = Service.Start(program, ["serve", config]);
        using var http = new HttpClient();
        while (!await AnswersAsync(http, registry.Address, cancellationToken))
        {
            await Task.Delay(50, cancellationToken);
        }

        return registry;
    }

    public async ValueTask DisposeAsync()
    {
        if (_service is not null)
        {
            await _service.DisposeAsync();
        }

        _directory.Delete(recursive: true);
    }

    private static async Task<bool> AnswersAsync(HttpClient http, Uri address, CancellationToken cancellationToken)
    {
        try
        {
            using var reply = await http.GetAsync(new Uri(address, "v2/"), cancellationToken);
            return reply.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
