using ImmutableBuild.Gateway.Routing;
using ImmutableBuild.Generations;

namespace ImmutableBuild.Tests.Gateway;

public sealed class RouteTableTests
{
    private static readonly GenerationId A = GenerationId.Parse("aaaaaaaaaaaa-00000001");
    private static readonly GenerationId B = GenerationId.Parse("bbbbbbbbbbbb-00000002");

    [Fact]
    [Trait("Fault", "F20")]
    public async Task After_a_switch_every_request_of_the_old_form_is_counted_or_will_never_be()
    {
        using var old = Traffic(A);
        using var next = Traffic(B);
        var table = new RouteTable(Random.Shared);
        var forms = new[] { Form(Route.To(A), old, next), Form(Route.To(B), old, next) };
        table.Switch(forms[0]);
        using var stop = new CancellationTokenSource();
        var broken = 0;
        long drained = 0;
        var requests = Enumerable.Range(0, 2).Select(_ => OnAThreadOfItsOwn(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                var generation = table.Enter()!;
                if (ReferenceEquals(generation, old) && Volatile.Read(ref drained) == 1)
                {
                    Interlocked.Increment(ref broken);
                }

                generation.Leave();
            }
        })).ToArray();
        for (var round = 0; round < 2000; round++)
        {
            table.Switch(forms[1]);
            SpinWait.SpinUntil(() => old.InFlight == 0);

            // Drained and off the route: whoever registers and stays from here on would be lost.
            Volatile.Write(ref drained, 1);
            Volatile.Write(ref drained, 0);
            table.Switch(forms[0]);
        }

        await stop.CancelAsync();
        await Task.WhenAll(requests);
        broken.ShouldBe(0);
        old.InFlight.ShouldBe(0);
        next.InFlight.ShouldBe(0);
    }

    [Fact]
    [Trait("Fault", "F20"), Trait("Fault", "F37")]
    public async Task Once_an_instance_left_the_rotation_every_request_it_gets_is_counted()
    {
        using var traffic = Traffic(A);
        using var replaced = new Upstream("0", InstanceAddress.Loopback(1), UpstreamProtocols.Http1);
        using var fresh = new Upstream("1", InstanceAddress.Loopback(2), UpstreamProtocols.Http1);
        traffic.Rotate([replaced]);
        using var stop = new CancellationTokenSource();
        var broken = 0;
        long drained = 0;
        var requests = Enumerable.Range(0, 2).Select(_ => OnAThreadOfItsOwn(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                var upstream = traffic.Take(null)!;
                if (ReferenceEquals(upstream, replaced) && Volatile.Read(ref drained) == 1)
                {
                    Interlocked.Increment(ref broken);
                }

                upstream.Leave();
            }
        })).ToArray();
        for (var round = 0; round < 2000; round++)
        {
            traffic.Rotate([fresh]);
            SpinWait.SpinUntil(() => replaced.InFlight == 0);
            Volatile.Write(ref drained, 1);
            Thread.SpinWait(200);
            Volatile.Write(ref drained, 0);
            traffic.Rotate([replaced]);
        }

        await stop.CancelAsync();
        await Task.WhenAll(requests);
        broken.ShouldBe(0);
        (replaced.InFlight, fresh.InFlight).ShouldBe((0, 0));
    }

    [Fact]
    public void Limits_of_an_instance_are_its_own_within_those_of_its_generation()
    {
        using var traffic = Traffic(A);
        using var one = new Upstream("0", InstanceAddress.Loopback(1), UpstreamProtocols.Http1, traffic.Limits);
        using var other = new Upstream("1", InstanceAddress.Loopback(2), UpstreamProtocols.Http1, traffic.Limits);

        one.Limits.CutRequests();
        (one.Limits.Requests.IsCancellationRequested, one.Limits.Streams.IsCancellationRequested, other.Limits.Requests.IsCancellationRequested).ShouldBe((true, false, false));

        traffic.Limits.CutStreams();
        (one.Limits.Streams.IsCancellationRequested, other.Limits.Streams.IsCancellationRequested).ShouldBe((true, true));
    }

    [Fact]
    public void Shares_are_kept()
    {
        using var stable = Traffic(A);
        using var canary = Traffic(B);
        using var first = new Upstream("0", InstanceAddress.Loopback(1), UpstreamProtocols.Http1);
        using var second = new Upstream("0", InstanceAddress.Loopback(2), UpstreamProtocols.Http1);
        stable.Rotate([first]);
        canary.Rotate([second]);
        var table = new RouteTable(new Random(7));
        table.Switch(Form(Route.Split(A, B, 20), stable, canary));
        var chosen = Enumerable.Range(0, 10_000).Count(_ => ReferenceEquals(table.Enter(), canary));
        chosen.ShouldBeInRange(1_850, 2_150);
    }

    [Fact]
    public void A_generation_without_an_instance_gives_its_turn_to_one_that_has_some()
    {
        using var stable = Traffic(A);
        using var canary = Traffic(B);
        using var only = new Upstream("0", InstanceAddress.Loopback(1), UpstreamProtocols.Http1);
        stable.Rotate([only]);
        var table = new RouteTable(new Random(7));
        table.Switch(Form(Route.Split(A, B, 90), stable, canary));
        Enumerable.Range(0, 100).ShouldAllBe(_ => ReferenceEquals(table.Enter(), stable));
    }

    [Fact]
    public void The_least_busy_instance_is_chosen_and_one_that_failed_is_avoided()
    {
        using var traffic = Traffic(A);
        using var busy = new Upstream("0", InstanceAddress.Loopback(1), UpstreamProtocols.Http1);
        using var idle = new Upstream("1", InstanceAddress.Loopback(2), UpstreamProtocols.Http1);
        traffic.Rotate([busy, idle]);
        busy.Enter();
        traffic.Pick(null).ShouldBeSameAs(idle);
        traffic.Pick(idle).ShouldBeSameAs(busy);
    }

    [Fact]
    public void Counters_add_up()
    {
        var counters = new TrafficCounters();
        counters.Count(TimeSpan.FromMilliseconds(1), error: false, lost: false);
        counters.Count(TimeSpan.FromMilliseconds(2), error: true, lost: false);
        counters.Count(TimeSpan.FromMilliseconds(3), error: true, lost: true);
        var sample = counters.Read(DateTimeOffset.UnixEpoch);
        (sample.Requests, sample.Errors, sample.Lost).ShouldBe((3, 2, 1));
        sample.Latency.Total.ShouldBe(3);
    }

    // Threads of its own: on a machine with two processors, the pool would have none left for the tests beside this one.
    private static Task OnAThreadOfItsOwn(Action work) => Task.Factory.StartNew(work, TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static GenerationTraffic Traffic(GenerationId id) => new(id, new RuntimeConfiguration());

    private static RouteForm Form(Route route, GenerationTraffic a, GenerationTraffic b) => new(route, id => id == A ? a : b);
}
