using ImmutableBuild.Docker.Api.Models;

namespace ImmutableBuild.IntegrationTests.Docker;

[Collection(DockerCollection.Name)]
public sealed class EventTests(DockerEngine engine)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_happens_to_a_container_is_told_in_order_until_the_caller_has_seen_enough()
    {
        await using var bed = engine.OpenOrSkip();
        var began = (await bed.Client.System.GetSystemInfoAsync(Token)).SystemTime;
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var seen = new Recorder(message => message.Action == "destroy", enough.Cancel);
        var following = bed.Client.System.MonitorEventsAsync(new ContainerEventsParameters { Since = began, Filters = bed.Mine }, seen, enough.Token);
        var id = await bed.RunAsync("exit 5");
        await bed.Client.Containers.WaitContainerAsync(id, Token);
        await bed.Client.Containers.RemoveContainerAsync(id, new ContainerRemoveParameters(), Token);
        await Should.ThrowAsync<OperationCanceledException>(() => following);
        seen.Messages.Select(message => message.Action).ShouldBe(["create", "start", "die", "destroy"]);
        seen.Messages.ShouldAllBe(message => message.Type == "container" && message.Actor!.ID == id && message.TimeNano > 0);
        seen.Messages.Single(message => message.Action == "die").Actor!.Attributes!["exitCode"].ShouldBe("5");
    }

    [Fact]
    public async Task The_past_has_an_end()
    {
        await using var bed = engine.OpenOrSkip();
        var began = (await bed.Client.System.GetSystemInfoAsync(Token)).SystemTime;
        await bed.CreateAsync("true");
        var seen = new Recorder(_ => false, () => { });
        await bed.Client.System.MonitorEventsAsync(
            new ContainerEventsParameters { Since = began, Until = (await bed.Client.System.GetSystemInfoAsync(Token)).SystemTime, Filters = bed.Mine.With("type", "container") }, seen, Token);
        seen.Messages.ShouldHaveSingleItem().Action.ShouldBe("create");
    }

    private sealed class Recorder(Func<Message, bool> last, Action then) : IProgress<Message>
    {
        public List<Message> Messages { get; } = [];

        public void Report(Message value)
        {
            Messages.Add(value);
            if (last(value))
            {
                then();
            }
        }
    }
}
