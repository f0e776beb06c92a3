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

    [Fact]
    public void The_address_stays_too_until_a_stop()
    {
        var asked = IPAddress.Parse("127.0.0.2");
        using (var first = PublicPort.Listen(Options with { Bind = asked }))
        {
            first.Serving.Bind.ShouldBe(asked);
        }

        using (var again = PublicPort.Listen(Options with { Bind = null }))
        {
            again.Serving.Bind.ShouldBe(asked);
            again.Forget();
        }

        using var afterStop = PublicPort.Listen(Options with { Bind = null });
        afterStop.Serving.Bind.ShouldBe(IPAddress.Loopback);
    }

    [Fact]
    public void An_address_of_another_machine_is_refused_as_one()
    {
        var refusal = Should.Throw<ImmutableBuildException>(() => PublicPort.Listen(Options with { Bind = IPAddress.Parse("192.0.2.1") }));

        refusal.Code.ShouldBe("IMB6062");
        refusal.Message.ShouldContain("192.0.2.1");
        refusal.Message.ShouldContain("ImmutableBind");
    }

    [Fact]
    public async Task All_addresses_are_those_of_IPv4_too()
    {
        using var port = PublicPort.Listen(Options with { Bind = IPAddress.IPv6Any });
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

        await client.ConnectAsync(IPAddress.Loopback, port.Serving.Port!.Value, TestContext.Current.CancellationToken);

        client.Connected.ShouldBeTrue();
    }

    [Fact]
    [Trait("Fault", "F08")]
    public void One_that_was_taken_over_is_free_once_its_keeper_is_done_with_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "hands no listening socket on");
        var (listener, port) = HandedListener.Open();

        PublicPort.TakeOver(Options with { Port = port }, listener).Dispose();

        using var again = PublicPort.Listen(Options with { Port = port });
        again.Serving.Port.ShouldBe(port);
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
