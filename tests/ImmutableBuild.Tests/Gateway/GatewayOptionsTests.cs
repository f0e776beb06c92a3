using System.Net;
using ImmutableBuild.Gateway;
using ImmutableBuild.Tests.Generations.Simulation;

namespace ImmutableBuild.Tests.Gateway;

public sealed class GatewayOptionsTests
{
    public static TheoryData<GatewayOptions> All =>
    [
        new GatewayOptions("/state", SimulatedSpecs.App, 8080, IPAddress.Any) { HostIsRouter = true },
        new GatewayOptions("/state", SimulatedSpecs.App, null, IPAddress.Loopback),
        new GatewayOptions("/state", SimulatedSpecs.App, 0),
    ];

    [Theory, MemberData(nameof(All))]
    public void A_command_line_says_all_of_them(GatewayOptions options) => GatewayOptions.Parse([.. options.ToArguments()]).ShouldBe(options);

    [Fact]
    public void Nobody_else_than_the_router_can_be_the_host() =>
        Should.Throw<FormatException>(() => GatewayOptions.Parse(["--state", "/state", "--app", "web", "--environment", "test", "--port", "0", "--host", "192.0.2.1"]))
            .Message.ShouldContain("--host 192.0.2.1");
}
