using System.Net;
using System.Net.Sockets;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;

namespace ImmutableBuild.IntegrationTests.Local;

/// <summary>The address that an app's users reach it on.</summary>
public sealed class PublicAddressTests : OnLocalBed
{
    // An address of this machine, as 127.0.0.1 is, but another one.
    private static readonly IPAddress s_asked = IPAddress.Parse("127.0.0.2");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_the_one_that_was_asked_for_and_no_other()
    {
        var spec = Bed.Spec(Bed.App, version: 1);
        await ReleaseOnAsync(s_asked, spec);

        var url = (await Bed.UrlAsync(Bed.App))!;

        url.Host.ShouldBe("127.0.0.2");
        (await Bed.AskAsync(Bed.App)).ShouldBe(spec.Id);
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        (await Should.ThrowAsync<SocketException>(async () => await other.ConnectAsync(IPAddress.Loopback, url.Port, Ct))).SocketErrorCode.ShouldBe(SocketError.ConnectionRefused);
    }

    [Fact]
    public async Task It_stays_for_who_asks_for_none_also_after_everything_was_killed()
    {
        await ReleaseOnAsync(s_asked, Bed.Spec(Bed.App, version: 1));
        var url = await Bed.UrlAsync(Bed.App);
        var next = Bed.Spec(Bed.App, version: 2);
        await Bed.ReleaseAsync(next);
        (await Bed.UrlAsync(Bed.App)).ShouldBe(url);

        await LocalProcesses.KillGatewaysAsync(Bed.Layout.Root);

        (await Bed.UrlAsync(Bed.App)).ShouldBe(url);
        await Bed.UntilAsync(seen => seen.Generations is [{ Instances: [{ ConsecutiveHealthy: > 0 }] }]);
        (await Bed.AskAsync(Bed.App)).ShouldBe(next.Id);
    }

    [Fact]
    public async Task Another_one_than_the_one_that_serves_is_refused_until_the_app_was_stopped()
    {
        await Bed.ReleaseAsync(Bed.Spec(Bed.App, version: 1));
        await using var target = Bed.Open(bind: s_asked);

        var refusal = await Should.ThrowAsync<ImmutableBuildException>(() => target.AcquireLeaseAsync(Bed.App, new LeaseRequest("me", TimeSpan.FromMinutes(1)), Ct));

        refusal.Code.ShouldBe("IMB6104");
        refusal.Message.ShouldContain("serves on the address 127.0.0.1, and the release asks for 127.0.0.2");
        await StopAsync();
        await ReleaseOnAsync(s_asked, Bed.Spec(Bed.App, version: 2));
        (await Bed.UrlAsync(Bed.App))!.Host.ShouldBe("127.0.0.2");
        await StopAsync();
        await Bed.ReleaseAsync(Bed.Spec(Bed.App, version: 3));
        (await Bed.UrlAsync(Bed.App))!.Host.ShouldBe("127.0.0.1", "who reaches it is decided anew");
    }

    [Fact]
    public async Task One_that_this_machine_does_not_have_is_refused_and_nothing_is_left()
    {
        await using var target = Bed.Open(bind: IPAddress.Parse("192.0.2.1"));

        var refusal = await Should.ThrowAsync<ImmutableBuildException>(() => target.AcquireLeaseAsync(Bed.App, new LeaseRequest("me", TimeSpan.FromMinutes(1)), Ct));

        refusal.Code.ShouldBe("IMB6062");
        await LocalProcesses.UntilNoneAsync(Bed.Layout.Root);
    }

    private async Task StopAsync()
    {
        var lease = await Bed.Target.AcquireLeaseAsync(Bed.App, new LeaseRequest("me", TimeSpan.FromMinutes(1)), Ct);
        await Bed.Target.StopAsync(Bed.App, lease, Ct);
        await Bed.Target.ReleaseLeaseAsync(Bed.App, lease, Ct);
    }

    private async Task ReleaseOnAsync(IPAddress address, GenerationSpec spec)
    {
        await using var target = Bed.Open(bind: address);
        await Bed.ReleaseAsync(spec, target: target);
    }
}
