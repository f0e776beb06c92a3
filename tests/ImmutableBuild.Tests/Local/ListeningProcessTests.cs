using System.Net;
using System.Net.Sockets;
using ImmutableBuild.Local.Gateways;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Tests.Local;

public sealed class ListeningProcessTests
{
    private static readonly AppKey App = new("web", "production");

    [Fact]
    [Trait("Fault", "F15")]
    public void The_process_that_holds_a_port_is_named()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        ListeningProcess.Describe(port)!.ShouldContain($"(process {Environment.ProcessId})");
        var error = GatewayWords.ToError(App, $"warming up\nIMB6051: The gateway can't listen on 127.0.0.1:{port}: Address in use.", 1);
        error.Code.ShouldBe("IMB6051");
        error.Message.ShouldContain($"{port}");
        error.Message.ShouldContain($"process {Environment.ProcessId}");
    }

    [Theory]
    [InlineData("", "exit code 139")]
    [InlineData("Unhandled exception. Boom", "Boom")]
    [InlineData("IMB9999: no such code", "no such code")]
    public void A_gateway_that_ends_without_an_error_of_its_own_is_quoted(string words, string expected)
    {
        var error = GatewayWords.ToError(App, words, 139);

        error.Code.ShouldBe("IMB6102");
        error.Message.ShouldContain(expected);
    }
}
