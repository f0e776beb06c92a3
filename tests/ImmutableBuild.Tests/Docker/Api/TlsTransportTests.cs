using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Api.Endpoints;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Tests.Docker.Api;

public sealed class TlsTransportTests : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("ib-tls-").FullName;
    private readonly TestCertificates _certificates = new();
    private readonly ScriptedEngine _engine = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ends = new();
    private Task _serving = Task.CompletedTask;
    private string? _client;

    public async ValueTask DisposeAsync()
    {
        await _ends.CancelAsync();
        _listener.Stop();
        await _serving;
        await _engine.DisposeAsync();
        _certificates.Dispose();
        _ends.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Both_sides_show_who_they_are()
    {
        _certificates.Write(_directory);
        await using var client = await DockerClient.ConnectAsync(Serve("localhost"), TimeProvider.System, TestContext.Current.CancellationToken);
        await client.Containers.StartContainerAsync("web", TestContext.Current.CancellationToken);
        _engine.Requests.Last().Line.ShouldBe("POST /v1.41/containers/web/start HTTP/1.1");
        _client.ShouldBe("CN=client");
    }

    [Fact]
    public async Task An_engine_of_another_authority_gets_nothing()
    {
        using var other = new TestCertificates();
        _certificates.Write(_directory, trusted: other);
        (await Refused(Serve("localhost"))).Code.ShouldBe("IMB6208");
        _engine.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_engine_of_another_name_gets_nothing()
    {
        _certificates.Write(_directory);
        (await Refused(Serve("elsewhere.example"))).Code.ShouldBe("IMB6208");
        _engine.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("ca.pem")]
    [InlineData("cert.pem")]
    [InlineData("key.pem")]
    public async Task A_file_that_is_missing_or_damaged_is_named(string file)
    {
        _certificates.Write(_directory);
        File.WriteAllText(Path.Combine(_directory, file), "hunter2");
        var fault = await Refused(Serve("localhost"));
        fault.Code.ShouldBe("IMB6202");
        fault.Diagnostics[0].Message.ShouldNotContain("hunter2");
        File.Delete(Path.Combine(_directory, file));
        var missing = await Refused(new TcpEndpoint("127.0.0.1", 1, new TlsFiles(_directory)));
        (missing.Code, missing.Message.Contains(file, StringComparison.Ordinal)).ShouldBe(("IMB6202", true));
    }

    private TcpEndpoint Serve(string host)
    {
        _listener.Start();
        _serving = ServeAsync(host);
        return new TcpEndpoint("127.0.0.1", ((IPEndPoint)_listener.LocalEndpoint).Port, new TlsFiles(_directory));
    }

    private async Task ServeAsync(string host)
    {
        using var certificate = _certificates.Issue(host);
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificate = certificate,
            ClientCertificateRequired = true,
            RemoteCertificateValidationCallback = (_, shown, _, _) => (_client = (shown as X509Certificate2)?.Subject) is not null,
        };
        try
        {
            while (true)
            {
                await ServeAsync(await _listener.AcceptTcpClientAsync(_ends.Token), options);
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // The test has ended.
        }
    }

    private async Task ServeAsync(TcpClient socket, SslServerAuthenticationOptions options)
    {
        try
        {
            using (socket)
            {
                await using var secured = new SslStream(socket.GetStream());
                await secured.AuthenticateAsServerAsync(options, _ends.Token);
                await _engine.ServeAsync(secured, _ends.Token);
            }
        }
        catch (Exception fault) when (fault is IOException or AuthenticationException)
        {
            // The client did not want it.
        }
    }

    private static async Task<ImmutableBuildException> Refused(TcpEndpoint endpoint) => await Should.ThrowAsync<ImmutableBuildException>(
        async () => await DockerClient.ConnectAsync(endpoint, TimeProvider.System, TestContext.Current.CancellationToken));
}
