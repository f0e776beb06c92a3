using System.Text.Json;
using ImmutableBuild.Errors;
using ImmutableBuild.Gateway;
using ImmutableBuild.Generations;
using ImmutableBuild.Images;
using ImmutableBuild.Local;
using ImmutableBuild.Releases;
using ImmutableBuild.Tests.Images;

namespace ImmutableBuild.Tests.Local;

/// <summary>What the target says of an app that no gateway runs for.</summary>
public sealed class LocalTargetAtRestTests : IDisposable
{
    private static readonly AppKey App = new("web", "production");

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Looking_at_an_app_that_was_never_released_creates_nothing()
    {
        var observed = await Observe();

        observed.App.ShouldBe(App);
        observed.Generations.ShouldBeEmpty();
        observed.Route.Route.ShouldBe(Route.None);
        observed.Ledger.ShouldBeEmpty();
        Directory.Exists(_directory["data"]).ShouldBeFalse();
    }

    [Fact]
    public async Task The_log_of_an_app_that_was_never_released_is_empty()
    {
        await using var target = Target();
        var id = LocalImages.Spec(App, Digest.Of("x"u8)).Id;

        (await target.ReadLogAsync(App, id, "0", 10, TestContext.Current.CancellationToken)).ShouldBeEmpty();
        Directory.Exists(_directory["data"]).ShouldBeFalse();
    }

    [Fact]
    public async Task The_history_of_a_stopped_app_is_shown_without_starting_anything()
    {
        var state = new LocalLayout(_directory["data"]).App(App);
        Directory.CreateDirectory(state);
        var entry = new LedgerEntry
        {
            Sequence = 1, Event = LedgerEvent.Live, Cause = LedgerCause.Release, By = "me", Spec = LocalImages.Spec(App, Digest.Of("x"u8)),
        };
        var line = JsonSerializer.Serialize(entry, GenerationsJson.Default.LedgerEntry);
        await File.WriteAllTextAsync(Path.Combine(state, GatewayFiles.Ledger), $"{line}\nnot an entry\n{line[..20]}", TestContext.Current.CancellationToken);

        var observed = await Observe();

        observed.Ledger.Select(each => (each.Sequence, each.Spec.Id)).ShouldBe([(1L, entry.Spec.Id)]);
        Directory.GetFiles(state).Select(Path.GetFileName).ShouldBe([GatewayFiles.Ledger]);
    }

    [Fact]
    public async Task A_gateway_program_that_is_missing_is_named()
    {
        await using var target = Target();

        var refusal = await Should.ThrowAsync<ImmutableBuildException>(() =>
            target.AcquireLeaseAsync(App, new LeaseRequest("me", TimeSpan.FromMinutes(1)), TestContext.Current.CancellationToken));

        refusal.Code.ShouldBe("IMB6101");
        refusal.Message.ShouldContain("ImmutableBuild.Gateway");
    }

    private async Task<Observation> Observe()
    {
        await using var target = Target();
        return await target.ObserveAsync(App, TestContext.Current.CancellationToken);
    }

    private LocalTarget Target() => LocalTarget.Open(new LocalTargetOptions
    {
        DataDirectory = _directory["data"],
        GatewayProgram = _directory["nowhere/ImmutableBuild.Gateway.dll"],
        OpenRepository = _ => OciLayout.Open(_directory["store"]),
        ReadVariable = _ => null,
    });
}
