using ImmutableBuild.Docker.Api.Endpoints;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Tests.Docker.Api;

public sealed class EndpointAddressTests
{
    [Theory]
    [InlineData("unix:///var/run/docker.sock", "unix:///var/run/docker.sock")]
    [InlineData("npipe:////./pipe/docker_engine", "npipe:////./pipe/docker_engine")]
    [InlineData(@"npipe://\\.\pipe\docker_engine", "npipe:////./pipe/docker_engine")]
    [InlineData("tcp://10.0.0.7:2375", "tcp://10.0.0.7:2375")]
    [InlineData("tcp://engine.example", "tcp://engine.example:2375")]
    [InlineData("tcp://[::1]:9999", "tcp://[::1]:9999")]
    [InlineData("http://engine:2375/", "tcp://engine:2375")]
    [InlineData("ssh://deploy@host", "ssh://deploy@host")]
    [InlineData("ssh://host:2222", "ssh://host:2222")]
    public void Addresses_are_understood_as_docker_writes_them(string address, string expected) =>
        EndpointAddress.Parse(address, "DOCKER_HOST", tls: null).Address.ShouldBe(expected);

    [Theory]
    [InlineData("")]
    [InlineData("/var/run/docker.sock")]
    [InlineData("fd://")]
    [InlineData("unix://relative.sock")]
    [InlineData("npipe://docker_engine")]
    [InlineData("tcp://")]
    [InlineData("tcp://:2375")]
    [InlineData("tcp://host:0")]
    [InlineData("tcp://host:65536")]
    [InlineData("tcp://host:2375/path")]
    [InlineData("https://host:2376")]
    [InlineData("ssh://-oProxyCommand=evil")]
    [InlineData("ssh://user@-oProxyCommand=evil")]
    [InlineData("ssh://-l@host")]
    [InlineData("ssh://host/run/docker.sock")]
    [InlineData("ssh://host;reboot")]
    [InlineData("ssh://host\n")]
    public void Whatever_else_is_refused_with_what_to_write(string address)
    {
        var fault = Should.Throw<ImmutableBuildException>(() => EndpointAddress.Parse(address, "DOCKER_HOST", tls: null));
        fault.Code.ShouldBe("IMB6200");
        fault.Message.ShouldContain("DOCKER_HOST is");
        fault.Message.ShouldContain("ssh://user@host");
    }

    [Theory]
    [InlineData("ssh://me:hunter2@host")]
    [InlineData("tcp://me:hunter2@host:2375")]
    [InlineData("what:hunter2@ever")]
    public void A_password_is_neither_taken_nor_shown(string address) =>
        Should.Throw<ImmutableBuildException>(() => EndpointAddress.Parse(address, "DOCKER_HOST", tls: null)).ToString().ShouldNotContain("hunter2");

    [Fact]
    public void A_path_that_no_socket_can_have_is_refused() =>
        Should.Throw<ImmutableBuildException>(() => EndpointAddress.Parse("unix:///" + new string('s', 200), "DOCKER_HOST", tls: null)).Message.ShouldContain("103 bytes");

    [Fact]
    public void With_TLS_the_port_is_another_one() =>
        EndpointAddress.Parse("tcp://engine", "DOCKER_HOST", new TlsFiles("/certs")).ShouldBe(new TcpEndpoint("engine", 2376, new TlsFiles("/certs")));
}
