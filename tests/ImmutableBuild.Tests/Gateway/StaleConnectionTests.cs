using System.Net;
using System.Net.Sockets;
using System.Text;
using ImmutableBuild.Gateway.Forwarding;
using ImmutableBuild.Gateway.Routing;
using ImmutableBuild.Gateway.Serving;
using ImmutableBuild.Generations;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ImmutableBuild.Tests.Gateway;

/// <summary>An instance that closes an idle connection just as the next request is written to it (F23).</summary>
public sealed class StaleConnectionTests : IAsyncLifetime
{
    private readonly TcpListener _instance = new(IPAddress.Loopback, 0);
    private readonly List<string> _seen = [];
    private readonly GenerationTraffic _traffic = new(GenerationId.Parse("aaaaaaaaaaaa-00000001"), new RuntimeConfiguration());
    private readonly HttpClient _client = new();
    private KestrelServer _server = null!;
    private Upstream _upstream = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _instance.Start();
        _ = AcceptAsync();
        _upstream = new Upstream("0", ((IPEndPoint)_instance.LocalEndpoint).Port, UpstreamProtocols.Http1);
        _traffic.Rotate([_upstream]);
        var routes = new RouteTable(Random.Shared);
        routes.Switch(new RouteForm(Route.To(_traffic.Id), _ => _traffic));
        _server = Servers.Public(null, new IPEndPoint(IPAddress.Loopback, 0));
        await _server.StartAsync(new ForwardingApplication(routes, new ServingProbe()), Token);
        _client.BaseAddress = new Uri(_server.Features.Get<IServerAddressesFeature>()!.Addresses.First(address => address.StartsWith("http://127", StringComparison.Ordinal)));
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.StopAsync(CancellationToken.None);
        _server.Dispose();
        _upstream.Dispose();
        _traffic.Dispose();
        _instance.Dispose();
    }

    [Fact]
    [Trait("Fault", "F23")]
    public async Task An_idempotent_request_is_sent_again_and_answered()
    {
        (await _client.GetStringAsync("/first", Token)).ShouldBe("ok");
        (await _client.GetStringAsync("/second", Token)).ShouldBe("ok");
        _seen.ShouldBe(["GET /first", "GET /second", "GET /second"]);
        Sample().ShouldBe((2, 0));
    }

    [Theory]
    [Trait("Fault", "F23")]
    [InlineData("POST", null)]
    [InlineData("POST", "body")]
    [InlineData("PATCH", null)]
    [InlineData("INVENTED", null)]
    public async Task Any_other_is_never_sent_twice(string method, string? body)
    {
        (await _client.GetStringAsync("/first", Token)).ShouldBe("ok");
        using var request = new HttpRequestMessage(HttpMethod.Parse(method), "/second") { Content = body is null ? null : new StringContent(body) };
        using var answer = await _client.SendAsync(request, Token);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        _seen.ShouldBe(["GET /first", $"{method} /second"]);
        Sample().ShouldBe((2, 1));
    }

    private (long Requests, long Lost) Sample()
    {
        // The request is counted before its last byte leaves, but the client may be faster than the counter's other processor.
        SpinWait.SpinUntil(() => _traffic.InFlight == 0, TimeSpan.FromSeconds(30)).ShouldBeTrue();
        var sample = _traffic.Counters.Read(DateTimeOffset.UnixEpoch);
        return (sample.Requests, sample.Lost);
    }

    private async Task AcceptAsync()
    {
        for (var connection = 0; ; connection++)
        {
            var client = await _instance.AcceptTcpClientAsync(Token);

            // The first connection answers one request and breaks at the next; later ones answer all.
            _ = ServeAsync(client, answers: connection == 0 ? 1 : int.MaxValue);
        }
    }

    private async Task ServeAsync(TcpClient client, int answers)
    {
        using var owned = client;
        var stream = client.GetStream();
        using var reader = new StreamReader(stream, Encoding.ASCII);
        while (await reader.ReadLineAsync(Token) is { } line)
        {
            _seen.Add(line[..line.LastIndexOf(' ')]);
            while (await reader.ReadLineAsync(Token) is { Length: > 0 })
            {
            }

            if (answers-- == 0)
            {
                return;
            }

            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray(), Token);
        }
    }
}
