using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using ImmutableBuild.Errors;
using ImmutableBuild.Gateway;
using ImmutableBuild.Gateway.Keeping;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Tests.Gateway;

/// <summary>Which port an app gets that asks for none.</summary>
public sealed class PublicPortTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("imb-port-").FullName;

    private GatewayOptions Options => new(_directory, new AppKey("web", "test"), 0, IPAddress.Loopback);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void After_a_stop_it_is_the_same_when_it_is_free()
    {
        var former = StopOne();

        using var again = PublicPort.Listen(Options);

        again.Serving.Port.ShouldBe(former);
    }

    [Fact]
    public void After_a_stop_it_is_another_when_the_former_one_was_taken()
    {
        var former = StopOne();
        using var other = new TcpListener(IPAddress.Loopback, former);
        other.Start();

        using var again = PublicPort.Listen(Options);

        again.Serving.Port.ShouldNotBe(former);
        again.Serving.Port.ShouldNotBe(0);
    }

    [Fact]
    public void After_a_stop_a_port_that_is_asked_for_comes_first()
    {
        StopOne();
        var asked = FreePort();

        using var again = PublicPort.Listen(Options with { Port = asked });

        again.Serving.Port.ShouldBe(asked);
    }

    [Fact]
    public void An_app_that_was_not_stopped_keeps_its_port_or_says_that_it_was_taken()
    {
        int port;
        using (var first = PublicPort.Listen(Options))
        {
            port = first.Serving.Port!.Value;
        }

        using var other = new TcpListener(IPAddress.Loopback, port);
        other.Start();

        Should.Throw<ImmutableBuildException>(() => PublicPort.Listen(Options)).Code.ShouldBe("IMB6051");
    }

    // Below those that the machine gives to whoever asks for any, as the tests beside this one do.
    private static int FreePort()
    {
        var taken = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Select(listener => listener.Port).ToHashSet();
        return Enumerable.Range(Random.Shared.Next(24_000, 31_000), 900).First(port => !taken.Contains(port));
    }

    private int StopOne()
    {
        using var first = PublicPort.Listen(Options);
        first.Forget();
        return first.Serving.Port!.Value;
    }
}
