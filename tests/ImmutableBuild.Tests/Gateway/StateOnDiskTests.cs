using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using ImmutableBuild.Errors;
using ImmutableBuild.Gateway;
using ImmutableBuild.Gateway.State;
using ImmutableBuild.Generations;
using ImmutableBuild.Releases;
using ImmutableBuild.Tests.Generations.Simulation;

namespace ImmutableBuild.Tests.Gateway;

/// <summary>What is on disk and what is in memory never part.</summary>
public sealed class StateOnDiskTests : IDisposable
{
    private const string Secret = "hush";
    private static readonly AppKey App = SimulatedSpecs.App;
    private readonly string _directory = Directory.CreateTempSubdirectory("imb-state-").FullName;
    private readonly StringWriter _words = new();

    private string StatePath => Path.Combine(_directory, "state.json");

    private string PreviousPath => Path.Combine(_directory, "state.previous.json");

    private GatewayState OnDisk => JsonSerializer.Deserialize(File.ReadAllBytes(StatePath), StateJson.Default.GatewayState)!;

    public void Dispose()
    {
        _words.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    [Trait("Fault", "F03"), Trait("Fault", "F09")]
    public void A_rename_that_cannot_be_flushed_is_taken_back()
    {
        var disk = new Disk();
        var store = Open(disk);
        store.Change(Serving(1));
        disk.Breaks = true;

        Should.Throw<ImmutableBuildException>(() => store.Change(Serving(2))).Code.ShouldBe("IMB6050");

        store.Current.Route.ShouldBe(RouteTo(1));
        OnDisk.Route.ShouldBe(RouteTo(1), "a restart must not switch");
        disk.Breaks = false;
        store.Change(Serving(2));
        Open().Current.Route.ShouldBe(RouteTo(2));
    }

    [Fact]
    [Trait("Fault", "F09")]
    public void The_first_state_is_taken_back_too()
    {
        var store = Open(new Disk { Breaks = true });

        Should.Throw<ImmutableBuildException>(() => store.Change(Serving(1))).Code.ShouldBe("IMB6050");

        store.Current.Route.ShouldBe(Route.None);
        Open().Current.Route.ShouldBe(Route.None);
    }

    [Fact]
    [Trait("Fault", "F09")]
    public void A_rename_that_can_neither_be_flushed_nor_taken_back_counts()
    {
        var disk = new Disk();
        var store = Open(disk);
        store.Change(Serving(1));
        disk.Breaks = true;
        disk.WhenItBreaks = () =>
        {
            File.Delete(PreviousPath);
            Directory.CreateDirectory(PreviousPath);
        };

        store.Change(Serving(2));

        store.Current.Route.ShouldBe(RouteTo(2));
        _words.ToString().ShouldContain("power cut");
        Open().Current.Route.ShouldBe(RouteTo(2));
    }

    [Fact]
    [Trait("Fault", "F05"), Trait("Fault", "F08")]
    public void Falling_back_fences_off_everyone_also_the_holder_of_the_lost_state()
    {
        var now = DateTimeOffset.UtcNow;
        var store = Open();
        var first = store.Change(state => Leases.Acquire(state, Request("first"), now)).Lease!;
        store.Change(state => Leases.Release(state, new Lease(first.Holder, first.FencingToken, first.ExpiresAt)));
        store.Change(state => Leases.Acquire(state, Request("first"), now));
        var lost = store.Change(state => Leases.Acquire(Leases.Release(state, Of(state)), Request("second"), now)).Lease!;
        File.WriteAllText(StatePath, "{");

        var restarted = Open();

        restarted.Current.Lease.ShouldBeNull();
        restarted.Change(state => Leases.Acquire(state, Request("third"), now)).Lease!.FencingToken.ShouldBeGreaterThan(lost.FencingToken);
    }

    [Fact]
    public void A_generation_that_is_gone_leaves_no_secret_behind()
    {
        var store = Open();
        store.Change(Serving(1));
        store.Change(state => state with { Route = Route.None });
        File.WriteAllText(StatePath + ".tmp", Secret);
        File.ReadAllText(StatePath).ShouldContain(Secret, customMessage: "or this test shows nothing");
        store = Open();

        store.Change(state => state.Without(Spec(1).Id));

        Directory.GetFiles(_directory).Select(File.ReadAllText).ShouldAllBe(content => !content.Contains(Secret, StringComparison.Ordinal));
        File.Delete(StatePath);
        Open().Current.Generations.ShouldBeEmpty("what is fallen back to has forgotten it as well");
    }

    [Theory]
    [Trait("Fault", "F10")]
    [MemberData(nameof(Impossible))]
    public void A_state_that_parses_and_cannot_be_is_no_better_than_a_torn_one(string what, Action<JsonNode> edit)
    {
        Open().Change(Serving(1));
        var json = JsonNode.Parse(File.ReadAllText(StatePath))!;
        edit(json);
        File.Delete(PreviousPath);
        File.WriteAllText(StatePath, json.ToJsonString());

        Should.Throw<ImmutableBuildException>(() => Open(), what).Code.ShouldBe("IMB6052");

        JsonNode.DeepEquals(JsonNode.Parse(File.ReadAllText(StatePath)), json).ShouldBeTrue("it is left alone");
    }

    public static TheoryData<string, Action<JsonNode>> Impossible() => new()
    {
        { "the route names what is not there", json => json["generations"] = new JsonArray() },
        { "the route names what was not whole", json => json["generations"]![0]!["phase"] = "Creating" },
        { "the shares are no whole", json => json["route"]!["shares"]![0]!["percent"] = 50 },
        { "a route without shares", json => json["route"] = new JsonObject() },
        { "a generation without a launch plan", json => json["generations"]![0]!.AsObject().Remove("launch") },
        { "a generation without instances", json => json["generations"]![0]!["instances"] = new JsonArray() },
        { "a generation that is nothing", json => json["generations"]!.AsArray().Add(null) },
        { "another app's", json => json["app"]!["app"] = "other" },
    };

    private static Func<GatewayState, GatewayState> Serving(int version) => state => state with
    {
        Route = RouteTo(version),
        Generations =
        [
            new GenerationRecord(
                Spec(version),
                new LaunchPlan("/app", [], "/", ImmutableSortedDictionary<string, string>.Empty.Add("DATABASE", Secret)),
                DateTimeOffset.UnixEpoch,
                GenerationPhase.Running,
                [new InstanceRecord("0", 20000)]),
        ],
    };

    private static Route RouteTo(int version) => Route.To(Spec(version).Id);

    private static GenerationSpec Spec(int version) => SimulatedSpecs.Spec(version);

    private static LeaseRequest Request(string holder) => new(holder, TimeSpan.FromSeconds(30));

    private static Lease Of(GatewayState state) => new(state.Lease!.Holder, state.Lease.FencingToken, state.Lease.ExpiresAt);

    private StateStore Open(Disk? disk = null) =>
        StateStore.Open(_directory, App, TimeProvider.System, new GatewayLog(_words, TimeProvider.System), disk is null ? null : disk.Flush);

    /// <summary>A disk that fails just after a rename.</summary>
    private sealed class Disk
    {
        public bool Breaks { get; set; }

        public Action? WhenItBreaks { get; set; }

        public void Flush(string directory)
        {
            if (Breaks)
            {
                WhenItBreaks?.Invoke();
                throw new IOException("Input/output error");
            }
        }
    }
}
