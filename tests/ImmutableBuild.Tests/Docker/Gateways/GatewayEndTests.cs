using System.Collections.Concurrent;
using ImmutableBuild.Docker;
using ImmutableBuild.Docker.Gateways;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Tests.Docker.Api;
using ImmutableBuild.Tests.Generations.Simulation;

namespace ImmutableBuild.Tests.Docker.Gateways;

/// <summary>A gateway's end, and a release that begins at that moment.</summary>
public sealed class GatewayEndTests : IAsyncDisposable
{
    private const string Running = """{"Id":"g1","Name":"/gateway","State":{"Status":"running","Running":true},"Config":{},"HostConfig":{}}""";
    private const string Exited = """{"Id":"g1","Name":"/gateway","State":{"Status":"exited","Running":false},"Config":{},"HostConfig":{}}""";

    private readonly ScriptedEngine _engine = new();
    private readonly ConcurrentQueue<string> _done = new();
    private string _change = ScriptedEngine.Reply("200 OK", """{"Warnings":[]}""");
    private string _removal = ScriptedEngine.Reply("204 No Content", "");
    private int _looksBeforeItEnds;

    private IReadOnlyList<string> Done => [.. _done];

    public GatewayEndTests() => _engine.Answer = (request, stream, cancellationToken) => ScriptedEngine.SendAsync(stream, AnswerTo(request), cancellationToken);

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact]
    public async Task It_is_not_started_again_and_is_removed_once_it_has_ended()
    {
        _looksBeforeItEnds = 2;

        await EndAsync(() => Task.CompletedTask);

        Done.ShouldBe(["restart no", "stop", "look", "look", "look", "remove", "remove network"]);
        _engine.Requests.ShouldNotContain(request => request.Line.Contains("force", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_that_somebody_has_started_meanwhile_is_theirs_and_its_network_too()
    {
        _removal = ScriptedEngine.Reply("409 Conflict", """{"message":"cannot remove container \"/gateway\": container is running: stop the container before removing or force remove"}""");

        await EndAsync(() => Task.CompletedTask);

        Done.ShouldBe(["restart no", "stop", "look", "remove"]);
    }

    [Fact]
    public async Task An_engine_that_can_t_be_told_has_no_time_to_start_it_again()
    {
        _change = ScriptedEngine.Reply("500 Internal Server Error", """{"message":"Cannot update container g1: cgroups are not available"}""");

        await EndAsync(() => Task.CompletedTask);

        Done.ShouldBe(["restart no", "stop", "remove by force", "remove network"]);
    }

    [Fact]
    public async Task One_that_refuses_to_stop_goes_on_as_before()
    {
        var lost = DeployErrors.LeaseLost(SimulatedSpecs.App, new Lease("stop", 1, DateTimeOffset.UnixEpoch));

        (await Should.ThrowAsync<ImmutableBuildException>(() => EndAsync(() => Task.FromException(lost)))).ShouldBeSameAs(lost);

        Done.ShouldBe(["restart no", "stop", "restart always"]);
    }

    private async Task EndAsync(Func<Task> stop)
    {
        await using var client = await _engine.ConnectAsync();
        await new GatewayEnd(client, new AppNames(SimulatedSpecs.App), TimeProvider.System).RunAsync(
            "g1",
            () =>
            {
                _done.Enqueue("stop");
                return stop();
            },
            TestContext.Current.CancellationToken);
    }

    private string AnswerTo(ScriptedRequest request)
    {
        var (what, reply) = request.Line.Split(' ') switch
        {
            ["POST", "/v1.41/containers/g1/update", _] => (request.Body.Contains("always", StringComparison.Ordinal) ? "restart always" : "restart no", _change),
            ["GET", "/v1.41/containers/g1/json", _] => ("look", ScriptedEngine.Reply("200 OK", _looksBeforeItEnds-- > 0 ? Running : Exited)),
            ["DELETE", "/v1.41/containers/g1", _] => ("remove", _removal),
            ["DELETE", "/v1.41/containers/g1?force=1", _] => ("remove by force", _removal),
            ["DELETE", "/v1.41/networks/n1", _] => ("remove network", ScriptedEngine.Reply("204 No Content", "")),
            ["GET", ..] => ("", ScriptedEngine.Reply("200 OK", """[{"Id":"n1","Name":"web"}]""")),
            _ => (request.Line, ScriptedEngine.Reply("404 Not Found", """{"message":"No such thing"}""")),
        };
        if (what.Length > 0)
        {
            _done.Enqueue(what);
        }

        return reply;
    }
}
