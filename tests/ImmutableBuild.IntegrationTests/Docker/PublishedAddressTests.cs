using System.Net;
using ImmutableBuild.Docker;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.IntegrationTests.Local;
using ImmutableBuild.IntegrationTests.Targets;

namespace ImmutableBuild.IntegrationTests.Docker;

/// <summary>The address of the host that an app is published on.</summary>
[Collection(DockerAppsCollection.Name)]
public sealed class PublishedAddressTests(DockerEngine engine, DockerApps apps)
{
    // Of this machine as 127.0.0.1 is, and another one.
    private static readonly IPAddress s_asked = IPAddress.Parse("127.0.0.2");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_the_one_that_was_asked_for_stays_and_is_no_drift()
    {
        await using var bed = new DockerTargetBed(engine, apps);
        await using var asking = bed.Open(bind: s_asked);
        await WholeRelease.RunAsync(asking, bed.Spec(version: 1), LocalReleases.QuickPlan);
        var next = bed.Spec(version: 2);
        await WholeRelease.RunAsync(bed.Target, next, LocalReleases.QuickPlan);

        new Uri((await bed.Target.ObserveAsync(bed.App, Token)).Url!).Host.ShouldBe("127.0.0.2");
        (await bed.AskAsync(bed.App)).ShouldBe(next.Id);
        (await bed.Target.FindDriftAsync(bed.App, Token)).ShouldBeEmpty();
        await using var elsewhere = bed.Open(bind: IPAddress.Loopback);
        var refusal = await Should.ThrowAsync<ImmutableBuildException>(() => elsewhere.AcquireLeaseAsync(bed.App, new LeaseRequest("me", TimeSpan.FromMinutes(1)), Token));
        refusal.Code.ShouldBe("IMB6231");
        refusal.Message.ShouldContain("is published on the address 127.0.0.2, and 127.0.0.1 was asked for");
        (await elsewhere.FindDriftAsync(bed.App, Token)).ShouldNotBeEmpty("it asks for what is not there");
    }

    [Fact]
    public async Task One_that_the_host_does_not_have_is_refused_with_the_engines_words_and_nothing_is_left()
    {
        await using var bed = new DockerTargetBed(engine, apps);
        await using var asking = bed.Open(bind: IPAddress.Parse("192.0.2.1"));

        var refusal = await Should.ThrowAsync<ImmutableBuildException>(() => asking.AcquireLeaseAsync(bed.App, new LeaseRequest("me", TimeSpan.FromMinutes(1)), Token));

        refusal.Code.ShouldBe("IMB6230");
        refusal.Message.ShouldContain("192.0.2.1");
        (await bed.ContainersAsync()).ShouldBeEmpty();
        (await bed.Client.Networks.ListNetworksAsync(new AppNames(bed.App).Mine, Token)).ShouldBeEmpty();
    }
}
