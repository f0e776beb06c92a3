using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using ImmutableBuild.Errors;
using ImmutableBuild.Gateway;
using ImmutableBuild.Generations;
using ImmutableBuild.IntegrationTests.Rig;

namespace ImmutableBuild.IntegrationTests.Gateway;

/// <summary>Generations whose instances something else starts: the gateway has their addresses alone.</summary>
public sealed class RemoteInstanceTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_instance_is_reached_by_its_name_and_left_alone_when_its_generation_goes()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var first = await RemoteApp.StartAsync(TestGateway.Spec(1));
        using var second = await RemoteApp.StartAsync(TestGateway.Spec(2));
        await ServeAsync(gateway, first);
        (await gateway.AskWhoAsync()).ProcessId.ShouldBe(first.ProcessId);
        var seen = await gateway.Client.ObserveAsync(Token);
        seen.Find(first.Spec.Id)!.Instances.Single().Address.ShouldBe($"localhost:{first.Port}");
        seen.Find(first.Spec.Id)!.Phase.ShouldBe(GenerationPhase.Running);

        await ServeAsync(gateway, second);
        (await gateway.AskWhoAsync()).ProcessId.ShouldBe(second.ProcessId);
        await gateway.DestroyAsync(first.Spec.Id);
        await gateway.GoneAsync(first.Spec.Id);

        first.HasExited.ShouldBeFalse("whoever started it ends it");
    }

    [Fact]
    [Trait("Fault", "F02")]
    public async Task One_that_was_announced_is_being_created_until_all_of_it_was_started()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var app = await RemoteApp.StartAsync(TestGateway.Spec(1));
        await CreateAsync(allStarted: false);
        (await gateway.HealthyAsync(app.Spec.Id)).Find(app.Spec.Id)!.Phase.ShouldBe(GenerationPhase.Creating);
        (await Should.ThrowAsync<ImmutableBuildException>(() => gateway.RouteAsync(app.Spec.Id))).Code.ShouldStartWith("IMB70");
        await gateway.KillGatewayAsync();
        (await gateway.UntilAsync(_ => true, "it is back")).Find(app.Spec.Id)!.Phase.ShouldBe(GenerationPhase.Creating, "only who creates it knows whether it goes on");

        await CreateAsync(allStarted: true);
        await CreateAsync(allStarted: false);

        (await gateway.HealthyAsync(app.Spec.Id)).Find(app.Spec.Id)!.Phase.ShouldBe(GenerationPhase.Running);
        await gateway.RouteAsync(app.Spec.Id);

        async Task CreateAsync(bool allStarted) =>
            await gateway.Client.CreateAsync(app.Spec, [new InstancePlace("0", "localhost", app.Port)], allStarted, await gateway.LeaseAsync(), Token);
    }

    [Fact]
    [Trait("Fault", "F44")]
    public async Task A_killed_gateway_comes_back_and_knows_the_addresses()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var app = await RemoteApp.StartAsync(TestGateway.Spec(1));
        await ServeAsync(gateway, app);

        await gateway.KillGatewayAsync();

        (await gateway.AskWhoAsync()).ProcessId.ShouldBe(app.ProcessId);
    }

    [Fact]
    [Trait("Fault", "F14")]
    public async Task One_that_ends_gets_no_requests_until_it_is_back()
    {
        await using var gateway = await TestGateway.StartAsync();
        var app = await RemoteApp.StartAsync(TestGateway.Spec(1));
        await ServeAsync(gateway, app);

        app.Dispose();
        await gateway.UntilAsync(seen => seen.Find(app.Spec.Id)!.Instances.Single().ConsecutiveHealthy == 0, "its end is seen");
        await gateway.UntilAnsweredAsync(HttpStatusCode.ServiceUnavailable);

        using var again = await RemoteApp.StartAsync(app.Spec, app.Port);
        await gateway.HealthyAsync(app.Spec.Id);
        (await gateway.AskWhoAsync()).ProcessId.ShouldBe(again.ProcessId);
    }

    [Fact]
    [Trait("Fault", "F15")]
    public async Task Another_generation_at_its_address_gets_no_traffic()
    {
        await using var gateway = await TestGateway.StartAsync();
        var (spec, port) = (TestGateway.Spec(1), LoopbackPort.Free());
        await using var other = await ImpostorApp.StartAsync(port, TestGateway.Spec(2).Id.ToString());
        await gateway.Client.CreateAsync(spec, [new InstancePlace("0", "localhost", port)], true, await gateway.LeaseAsync(), Token);

        await gateway.UntilAsync(seen => seen.Find(spec.Id)!.Instances.Single().Identity == InstanceIdentity.Foreign, "it is seen to be foreign");
        (await Should.ThrowAsync<ImmutableBuildException>(() => gateway.RouteAsync(spec.Id))).Code.ShouldBe("IMB7051");
    }

    [Theory]
    [InlineData("0", "not a host", 80)]
    [InlineData("0", "localhost", 0)]
    [InlineData("0", "localhost", 70000)]
    [InlineData("../0", "localhost", 80)]
    public async Task A_place_that_could_mean_nothing_is_refused(string name, string host, int port)
    {
        await using var gateway = await TestGateway.StartAsync();
        var lease = await gateway.LeaseAsync();

        (await Should.ThrowAsync<ImmutableBuildException>(() => gateway.Client.CreateAsync(TestGateway.Spec(1), [new InstancePlace(name, host, port)], true, lease, Token))).Code.ShouldBe("IMB6055");
        (await Should.ThrowAsync<ImmutableBuildException>(() => gateway.Client.CreateAsync(TestGateway.Spec(1), ImmutableArray<InstancePlace>.Empty, true, lease, Token))).Code.ShouldBe("IMB6055");
    }

    [Fact]
    public async Task The_control_socket_is_reached_through_a_program_beside_the_gateway()
    {
        await using var gateway = await TestGateway.StartAsync();

        var (exitCode, answer) = await ConnectAsync(gateway.StateDirectory, "GET /v1/info HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n");

        exitCode.ShouldBe(0);
        answer.ShouldStartWith("HTTP/1.1 200 OK");
        answer.ShouldContain($"\"processId\":{await gateway.GatewayProcessAsync()}");
    }

    [Fact]
    public async Task Where_no_gateway_answers_that_program_says_so()
    {
        var state = Directory.CreateTempSubdirectory("imb-gw-").FullName;

        (await ConnectAsync(state, "")).ShouldBe((78, ""));

        Directory.Delete(state);
    }

    private static async Task<(int ExitCode, string Answer)> ConnectAsync(string state, string request)
    {
        var start = new ProcessStartInfo(TestGateway.DotnetHost(), [Path.Combine(AppContext.BaseDirectory, "ImmutableBuild.Gateway.dll"), "connect", "--state", state])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using var program = Process.Start(start)!;
        await program.StandardInput.WriteAsync(request);
        await program.StandardInput.FlushAsync(Token);
        var answer = await program.StandardOutput.ReadToEndAsync(Token);
        await program.WaitForExitAsync(Token);
        return (program.ExitCode, answer);
    }

    private static async Task ServeAsync(TestGateway gateway, RemoteApp app)
    {
        await gateway.Client.CreateAsync(app.Spec, [new InstancePlace("0", "localhost", app.Port)], true, await gateway.LeaseAsync(), Token);
        await gateway.HealthyAsync(app.Spec.Id);
        await gateway.RouteAsync(app.Spec.Id);
    }

    /// <summary>The test app, started as something else than a gateway would.</summary>
    private sealed class RemoteApp : IDisposable
    {
        private readonly Process _process;

        private RemoteApp(GenerationSpec spec, int port, Process process) => (Spec, Port, _process) = (spec, port, process);

        public GenerationSpec Spec { get; }

        public int Port { get; }

        public int ProcessId => _process.Id;

        public bool HasExited => _process.HasExited;

        public static async Task<RemoteApp> StartAsync(GenerationSpec spec, int? port = null)
        {
            var at = port ?? LoopbackPort.Free();
            var launch = TestGateway.Launch();
            var start = new ProcessStartInfo(launch.Executable) { UseShellExecute = false, RedirectStandardOutput = true };
            foreach (var (name, value) in launch.Environment.Add("ASPNETCORE_URLS", $"http://127.0.0.1:{at}").Add("IMMUTABLE_GENERATION", spec.Id.ToString()).Add("IMMUTABLE_INSTANCE", "0"))
            {
                start.Environment[name] = value;
            }

            var process = Process.Start(start)!;
            await process.StandardOutput.ReadLineAsync(Token);
            return new RemoteApp(spec, at, process);
        }

        public void Dispose()
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
            _process.Dispose();
        }
    }
}
