using ImmutableBuild.Gateway;
using ImmutableBuild.Local;
using ImmutableBuild.Local.Gateways;
using ImmutableBuild.Releases;
using ImmutableBuild.Tests.Images;

namespace ImmutableBuild.Tests.Local;

public sealed class GatewayCopiesTests : IDisposable
{
    private static readonly AppKey Web = new("web", "production");
    private static readonly AppKey Api = new("api", "production");

    private readonly TemporaryDirectory _directory = new();
    private readonly LocalLayout _layout;
    private readonly GatewayCopies _copies;

    public GatewayCopiesTests()
    {
        _layout = new LocalLayout(_directory["data"]);
        _copies = new GatewayCopies(_layout, TimeProvider.System);
        Directory.CreateDirectory(_directory["package"]);
        Write("Gw.runtimeconfig.json", "{}");
        Write("Gw.deps.json", """{"targets":{".NETCoreApp,Version=v10.0":{"Gw/1.0.0":{"runtime":{"Gw.dll":{}}}}}}""");
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_copy_stays_as_long_as_an_app_may_run_from_it()
    {
        var old = await StartAsync(Web, version: 1);
        var current = await StartAsync(Api, version: 2);
        _copies.RemoveUnused().ShouldBe(0);

        // The web app was stopped: only the api's copy is still in use.
        Directory.Delete(_layout.App(Web), recursive: true);
        _copies.RemoveUnused().ShouldBe(1);

        File.Exists(old).ShouldBeFalse();
        File.Exists(current).ShouldBeTrue();
        Directory.GetDirectories(_layout.Gateways).Length.ShouldBe(1);
    }

    [Fact]
    public async Task A_start_beside_a_gateway_that_runs_does_not_take_its_copy_away()
    {
        var runs = await StartAsync(Web, version: 1);
        await StartAsync(Web, version: 2);

        _copies.RemoveUnused().ShouldBe(0);

        File.Exists(runs).ShouldBeTrue();
    }

    [Fact]
    public async Task However_often_a_new_version_starts_an_app_three_copies_stay()
    {
        for (var version = 1; version <= 6; version++)
        {
            await StartAsync(Web, version);
            _copies.RemoveUnused();
        }

        Directory.GetDirectories(_layout.Gateways).Length.ShouldBe(3);
    }

    [Fact]
    public async Task Nothing_goes_while_an_app_runs_from_a_copy_that_it_has_not_named()
    {
        await StartAsync(Web, version: 1);
        File.Delete(Path.Combine(_layout.App(Web), GatewayCopies.NamesFile));

        _copies.RemoveUnused().ShouldBe(0);
    }

    [Fact]
    public async Task What_a_killed_release_left_goes_and_a_copy_that_went_can_be_made_again()
    {
        var first = await StartAsync(Web, version: 1);
        Directory.CreateDirectory(Path.Combine(_layout.Gateways, ".incoming-1"));
        Directory.CreateDirectory(Path.Combine(_layout.Gateways, ".removed-1"));
        Directory.Delete(_layout.App(Web), recursive: true);

        _copies.RemoveUnused().ShouldBe(3);

        (await StartAsync(Web, version: 1)).ShouldBe(first);
        File.Exists(first).ShouldBeTrue();
    }

    private async Task<string> StartAsync(AppKey app, int version)
    {
        Write("Gw.dll", $"program {version}");
        Directory.CreateDirectory(_layout.App(app));
        File.WriteAllText(Path.Combine(_layout.App(app), GatewayFiles.State), "{}");
        return await _copies.UseAsync(app, new GatewayProgram(_layout, _directory["package/Gw.dll"]), TestContext.Current.CancellationToken);
    }

    private void Write(string name, string content) => File.WriteAllText(_directory[$"package/{name}"], content);
}
