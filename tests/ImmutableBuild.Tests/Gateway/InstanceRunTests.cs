using ImmutableBuild.Gateway.Probing;
using ImmutableBuild.Gateway.Routing;
using ImmutableBuild.Gateway.Supervision;

namespace ImmutableBuild.Tests.Gateway;

public sealed class InstanceRunTests
{
    [Fact]
    public void An_answer_that_is_learned_after_the_end_opens_no_connections()
    {
        using var limits = new DrainLimits();
        var run = new InstanceRun("0", InstanceAddress.Loopback(1), prober: null!, DateTimeOffset.UnixEpoch, limits);

        run.Dispose();
        run.Learn(new ProbeOutcome(true, "200"), DateTimeOffset.UnixEpoch);

        run.Upstream.ShouldBeNull();
    }
}
