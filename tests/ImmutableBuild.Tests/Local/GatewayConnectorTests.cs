using ImmutableBuild.Gateway;
using ImmutableBuild.Images;
using ImmutableBuild.Local;
using ImmutableBuild.Local.Files;
using ImmutableBuild.Local.Gateways;
using ImmutableBuild.Releases;
using ImmutableBuild.Tests.Images;

namespace ImmutableBuild.Tests.Local;

/// <summary>An app that was stopped, and may be started again at once.</summary>
public sealed class GatewayConnectorTests : IDisposable
{
    private static readonly AppKey App = new("web", "production");

    private static readonly GatewayInfo s_ended = new(App, GatewayProtocol.Version, "1.0.0", Environment.ProcessId, 8080);

    private readonly TemporaryDirectory _directory = new();
    private readonly LocalLayout _layout;
    private readonly GatewayConnector _gateways;

    public GatewayConnectorTests()
    {
        _layout = new LocalLayout(_directory["data"]);
        _gateways = new GatewayConnector(_layout, new LocalTargetOptions
        {
            DataDirectory = _layout.Root,
            GatewayProgram = _directory["nowhere/ImmutableBuild.Gateway.dll"],
            OpenRepository = _ => OciLayout.Open(_directory["store"]),
            ReadVariable = _ => null,
        });
        Directory.CreateDirectory(_layout.App(App));
        File.WriteAllText(Path.Combine(_layout.App(App), GatewayProcess.StartLog), "");
        File.WriteAllText(Path.Combine(_layout.App(App), GatewayCopies.NamesFile), "copy");
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Nothing_of_its_start_stays_after_a_stop()
    {
        await _gateways.WaitForEndAsync(App, s_ended, Token);

        Directory.GetFileSystemEntries(_layout.App(App)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_start_that_another_release_is_making_keeps_its_lock_and_its_files()
    {
        using var starting = LockFile.TryTake(_layout.StartLock(App)).ShouldNotBeNull();

        await _gateways.WaitForEndAsync(App, s_ended, Token);

        LockFile.TryTake(_layout.StartLock(App)).ShouldBeNull("a third release waits for its turn");
        Directory.GetFiles(_layout.App(App)).Length.ShouldBe(2);
    }
}
