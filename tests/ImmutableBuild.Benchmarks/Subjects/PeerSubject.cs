using ImmutableBuild.Benchmarks.Measuring;

namespace ImmutableBuild.Benchmarks.Subjects;

/// <summary>
/// Another proxy in front of the same app, set up for speed: kept-alive connections to the app, no log, a worker for each core. It
/// tells the app what the gateway tells it, the client's address, scheme and host, so that the app does the same work.
/// </summary>
internal sealed class PeerSubject : ISubject
{
    private readonly Service _process;
    private readonly DirectoryInfo _directory;

    private PeerSubject(string name, Service process, DirectoryInfo directory, int port)
    {
        (Name, _process, _directory) = (name, process, directory);
        Address = new Uri($"http://127.0.0.1:{port}/");
    }

    public string Name { get; }

    public Uri Address { get; }

    /// <summary>nginx.</summary>
    public static Task<PeerSubject> NginxAsync(Uri app, CancellationToken cancellationToken) => StartAsync(
        "nginx",
        Programs.Find("nginx", "nginx-light"),
        (directory, port) => $$"""
            daemon off;
            worker_processes auto;
            pid {{directory}}/nginx.pid;
            error_log stderr error;
            events { worker_connections 2048; }
            http {
              access_log off;
              client_body_temp_path {{directory}}/body; proxy_temp_path {{directory}}/proxy;
              fastcgi_temp_path {{directory}}/fastcgi; uwsgi_temp_path {{directory}}/uwsgi; scgi_temp_path {{directory}}/scgi;
              keepalive_requests 1000000000;
              upstream app { server {{app.Authority}}; keepalive 512; keepalive_requests 1000000000; }
              server {
                listen 127.0.0.1:{{port}} reuseport backlog=4096;
                location / {
                  proxy_pass http://app;
                  proxy_http_version 1.1;
                  proxy_set_header Connection "";
                  proxy_set_header Host $http_host;
                  proxy_set_header X-Forwarded-For $remote_addr;
                  proxy_set_header X-Forwarded-Proto $scheme;
                  proxy_set_header X-Forwarded-Host $http_host;
                }
              }
            }

            """,
        configuration => ["-c", configuration, "-e", "stderr"],
        cancellationToken);

    /// <summary>HAProxy.</summary>
    public static Task<PeerSubject> HaproxyAsync(Uri app, CancellationToken cancellationToken) => StartAsync(
        "HAProxy",
        Programs.Find("haproxy", "haproxy"),
        (_, port) => HaproxyConfiguration($"127.0.0.1:{port}", app.Authority),
        configuration => ["-db", "-f", configuration],
        cancellationToken);

    /// <summary>How HAProxy is set up to serve on <paramref name="bind"/> in front of <paramref name="app"/>.</summary>
    public static string HaproxyConfiguration(string bind, string app) => $"""
        global
          nbthread {Environment.ProcessorCount}
          maxconn 4096
        defaults
          mode http
          option http-keep-alive
          http-reuse always
          timeout connect 5s
          timeout client 60s
          timeout server 60s
        frontend public
          bind {bind}
          option forwardfor
          http-request set-header X-Forwarded-Proto http
          http-request set-header X-Forwarded-Host %[req.hdr(Host)]
          default_backend app
        backend app
          server app {app}

        """;

    public IReadOnlyList<int> Processes => ProcessUsage.Tree(_process.Id);

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private static async Task<PeerSubject> StartAsync(
        string name, string program, Func<string, int, string> configure, Func<string, string[]> arguments, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("immutable-bench-");
        var configuration = Path.Combine(directory.FullName, "configuration");
        var port = Ports.Free();
        await File.WriteAllTextAsync(configuration, configure(directory.FullName, port), cancellationToken);
        var subject = new PeerSubject(name, Service.Start(program, arguments(configuration)), directory, port);
        await Ports.UntilAnsweredAsync(subject.Address, cancellationToken);
        return subject;
    }
}
