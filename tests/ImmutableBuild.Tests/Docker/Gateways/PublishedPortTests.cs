using System.Net;
using ImmutableBuild.Docker.Api.Endpoints;
using ImmutableBuild.Docker.Gateways;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Tests.Docker.Gateways;

public sealed class PublishedPortTests
{
    private static readonly UnixSocketEndpoint s_here = new("/var/run/docker.sock");
    private static readonly SshEndpoint s_there = new(null, "docker.example", null);

    [Theory]
    [InlineData("127.0.0.1", "http://127.0.0.1:8080", "http://docker.example:8080")]
    [InlineData("0.0.0.0", "http://127.0.0.1:8080", "http://docker.example:8080")]
    [InlineData("192.168.1.7", "http://192.168.1.7:8080", "http://192.168.1.7:8080")]
    [InlineData("::", "http://127.0.0.1:8080", "http://docker.example:8080")]
    [InlineData("fd00::7", "http://[fd00::7]:8080", "http://[fd00::7]:8080")]
    public void It_is_reached_by_its_address_or_by_the_name_of_the_engines_host(string address, string here, string there)
    {
        var published = new PublishedPort(IPAddress.Parse(address), 8080);

        published.UrlBehind(s_here).ShouldBe(here);
        published.UrlBehind(s_there).ShouldBe(there);
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("::1", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("192.168.1.7", false)]
    public void What_comes_by_the_router_is_the_host_only_where_nobody_else_reaches_the_port(string address, bool isHost)
    {
        var arguments = GatewayCommand.Serve(new AppKey("web", "production"), new PublishedPort(IPAddress.Parse(address), 8080));

        arguments.Contains("router").ShouldBe(isHost);
    }

    [Fact]
    public void A_worker_has_no_port_and_no_host() =>
        GatewayCommand.Serve(new AppKey("web", "production"), null).ShouldBe(["keep", "--state", "/var/lib/immutable/state", "--app", "web", "--environment", "production", "--port", "none", "--bind", "0.0.0.0"]);
}
