using System.Text.Json;
using ImmutableBuild.Gateway;
using ImmutableBuild.Generations;
using ImmutableBuild.Images;
using ImmutableBuild.Local;
using ImmutableBuild.Releases;
using ImmutableBuild.Tests.Images;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ImmutableBuild.Tests.Local;

/// <summary>What is said of an app whose gateway is back.</summary>
public sealed class ResumeAppsTests : IAsyncLifetime
{
    private static readonly AppKey App = new("web", "production");
    private static readonly GenerationSpec Spec = LocalImages.Spec(App, Digest.Of("x"u8));

    private readonly TemporaryDirectory _directory = new();
    private WebApplication _gateway = null!;

    private string StateDirectory => new LocalLayout(_directory["data"]).App(App);

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(StateDirectory);
        await File.WriteAllTextAsync(Path.Combine(StateDirectory, GatewayFiles.State), "{}", TestContext.Current.CancellationToken);
        var socket = ControlSocket.PathFor(StateDirectory);
        ControlSocket.SecureDirectory(socket);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.ListenUnixSocket(socket));
        _gateway = builder.Build();
        _gateway.Run(context => context.Request.Path.Value switch
        {
            GatewayProtocol.InfoPath => context.Response.WriteAsync(JsonSerializer.Serialize(
                new GatewayInfo(App, GatewayProtocol.Version, "1.0.0", 4711, 8080), ProtocolJson.Default.GatewayInfo)),
            _ => context.Response.WriteAsync(JsonSerializer.Serialize(NotAnswering(), ProtocolJson.Default.Observation)),
        });
        await _gateway.StartAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    [Trait("Fault", "F44")]
    public async Task An_app_that_does_not_answer_in_time_is_told_with_what_its_instances_do()
    {
        var resume = new ResumeApps(new LocalTargetOptions
        {
            DataDirectory = _directory["data"],
            GatewayProgram = _directory["nowhere/ImmutableBuild.Gateway.dll"],
            OpenRepository = _ => throw new InvalidOperationException("not asked"),
            ReadVariable = _ => null,
        })
        {
            Patience = TimeSpan.FromMilliseconds(1),
        };

        var resumed = (await resume.RunAsync(_ => true, _ => { }, TestContext.Current.CancellationToken)).ShouldHaveSingleItem();

        resumed.Outcome.ShouldBe(ResumeOutcome.Failed);
        var error = resumed.Error.ShouldNotBeNull();
        error.Code.ShouldBe("IMB6105");
        error.Message.ShouldContain($"{Spec.Id} did not answer");
        error.Message.ShouldContain("instance 0: ");
        error.Message.ShouldContain("connection refused");
        error.Message.ShouldContain("immutable logs --app web --environment production");
    }

    private static Observation NotAnswering() => new(
        App,
        DateTimeOffset.UnixEpoch,
        [
            new ObservedGeneration(
                Spec,
                DateTimeOffset.UnixEpoch,
                GenerationPhase.Running,
                [new ObservedInstance("0", InstanceState.Running, null, InstanceIdentity.Unknown, 0, new ProbeResult(DateTimeOffset.UnixEpoch, false, "connection refused"), 0, null, false)],
                0,
                null),
        ],
        new RouteState(Route.To(Spec.Id), DateTimeOffset.UnixEpoch, null),
        null,
        []);
}
