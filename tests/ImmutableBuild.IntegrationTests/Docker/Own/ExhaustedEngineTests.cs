using ImmutableBuild.Docker;
using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Errors;
using ImmutableBuild.IntegrationTests.Local;
using ImmutableBuild.IntegrationTests.Targets;

namespace ImmutableBuild.IntegrationTests.Docker.Own;

/// <summary>An engine that has run out of something.</summary>
[Collection(DockerCollection.Name)]
public sealed class ExhaustedEngineTests(OwnEngine engine, DockerApps apps, ITestOutputHelper output) : IClassFixture<OwnEngine>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [Trait("Fault", "F09")]
    [Trait("Fault", "F40")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_full_disk_fails_the_release_by_name_the_old_one_serves_and_with_space_it_converges(bool onlyHalfWay)
    {
        await using var bed = new DockerTargetBed(engine, apps);
        var (old, next) = (bed.Spec(1), bed.Spec(2));
        await WholeRelease.RunAsync(bed.Target, old, LocalReleases.QuickPlan);
        await using var target = bed.Open(afterImage: (_, _) => Task.Run(() => Fill(onlyHalfWay)));
        Fill(!onlyHalfWay);
        try
        {
            var failure = await Should.ThrowAsync<ImmutableBuildException>(() => WholeRelease.RunAsync(target, next, LocalReleases.QuickPlan));

            output.WriteLine(failure.Message);
            failure.Message.ShouldContain("space", Case.Insensitive);
            (await bed.AskAsync(bed.App)).ShouldBe(old.Id);
        }
        finally
        {
            File.Delete(Filler);
        }

        await WholeRelease.RunAsync(bed.Target, next, LocalReleases.QuickPlan);
        await bed.ShouldBeOnlyAsync(next);
    }

    [Fact]
    [Trait("Fault", "F40")]
    [Trait("Fault", "F41")]
    public async Task Without_an_address_left_a_first_release_says_so_and_leaves_nothing_and_others_serve()
    {
        await using var bed = new DockerTargetBed(engine, apps);
        await using var full = new DockerTargetBed(engine, apps);
        var serving = bed.Spec(1);
        await WholeRelease.RunAsync(bed.Target, serving, LocalReleases.QuickPlan);
        await using var taken = await TakenNetworks.TakeAllAsync(engine.Client);

        var failure = await Should.ThrowAsync<ImmutableBuildException>(() => WholeRelease.RunAsync(full.Target, full.Spec(1), LocalReleases.QuickPlan));

        output.WriteLine(failure.Message);
        failure.Message.ShouldContain("address pool");
        (await full.ContainersAsync()).ShouldBeEmpty();
        (await engine.Client.Volumes.ListAsync(new AppNames(full.App).Mine, Token)).Volumes.ShouldBeEmpty();
        await bed.ShouldBeOnlyAsync(serving);
    }

    private string Filler => Path.Combine(engine.Disk, "filler");

    private void Fill(bool now)
    {
        try
        {
            using var file = now ? new FileStream(Filler, FileMode.Append, FileAccess.Write, FileShare.None, 0) : null;
            var block = new byte[4096];
            while (file is not null)
            {
                file.Write(block);
            }
        }
        catch (IOException)
        {
            // Full, as wanted.
        }
    }

    /// <summary>Every network that the engine still has addresses for.</summary>
    private sealed class TakenNetworks(DockerClient client) : IAsyncDisposable
    {
        private readonly List<string> _ids = [];

        public static async Task<TakenNetworks> TakeAllAsync(DockerClient client)
        {
            var taken = new TakenNetworks(client);
            try
            {
                while (taken._ids.Count <= OwnEngine.Networks)
                {
                    taken._ids.Add((await client.Networks.CreateNetworkAsync(new NetworksCreateParameters { Name = $"taken-{taken._ids.Count}" }, Token)).ID);
                }
            }
            catch (DockerApiException refused)
            {
                refused.Detail.ShouldContain("address pool");
            }

            return taken;
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var id in _ids)
            {
                await client.Networks.DeleteNetworkAsync(id, CancellationToken.None);
            }
        }
    }
}
