using ImmutableBuild.AcceptanceTests.Infrastructure;
using ImmutableBuild.LoadGenerator;

namespace ImmutableBuild.AcceptanceTests;

public sealed class LifeOfAnAppTests(PackedPackage package)
{
    [Fact]
    [Trait("Fault", "F07")]
    [Trait("Fault", "F12")]
    [Trait("Fault", "F28")]
    public async Task An_app_is_released_replaced_spared_a_broken_commit_rolled_back_and_stopped()
    {
        await using var repository = new ScratchRepository(package);
        WebApp.Write(repository, "version one");
        await repository.CommitAsync();

        // The first release, from a clone that was never restored or built, with its output piped.
        var first = await ReleaseAsync(repository);
        var url = WebApp.UrlIn(first);
        foreach (var stage in (string[])["Compile", "Bake", "Scan", "Sign", "Push", "Deploy", "HealthGate", "DestroyOld"])
        {
            first.ShouldSay($"  {stage,-10} ");
        }

        (await WebApp.GetAsync(url)).ShouldBe("version one");
        File.Exists(repository.PathOf("src/Shöp Web/obj/immutable/release.html")).ShouldBeTrue();

        // Again, without a change: the same process serves.
        var processBefore = await WebApp.ProcessIdAsync(url);
        var processesBefore = repository.Processes();
        (await ReleaseAsync(repository)).ShouldSucceed().ShouldSay("was live already").ShouldSay(", published before");
        (await WebApp.ProcessIdAsync(url)).ShouldBe(processBefore);
        repository.Processes().Order().ShouldBe(processesBefore.Order());

        // One line changed, released under load: nothing is lost, the old one is gone.
        WebApp.WriteProgram(repository, "version two");
        await repository.CommitAsync();
        await using var load = await OpenLoopLoad.StartAsync(url, 50, LoadOptions.Patient, TestContext.Current.CancellationToken);
        var second = await ReleaseAsync(repository);
        var result = await load.StopAsync();
        WebApp.UrlIn(second).ShouldBe(url);
        second.ShouldSay("no request was lost").ShouldSay($"replaced {WebApp.GenerationIn(first)}");
        result.Failed.ShouldBe(0, result.ToString());
        (await WebApp.GetAsync(url)).ShouldBe("version two");
        repository.Processes().ShouldNotContain(processBefore);

        // A commit that is never healthy: refused, and everything is as before.
        var processesOfTwo = repository.Processes();
        WebApp.WriteProgram(repository, "version three", health: "Results.StatusCode(500)");
        await repository.CommitAsync();
        var broken = await ReleaseAsync(repository, "-p:ImmutableHealthTimeout=30s");
        broken.ExitCode.ShouldNotBe(0);
        broken.ShouldSay("error IMB7").ShouldSay("this is version three");
        (await WebApp.GetAsync(url)).ShouldBe("version two");
        repository.Processes().Order().ShouldBe(processesOfTwo.Order());

        // Back to the first one, which has to be made again from the ledger.
        (await repository.BuildAsync(WebApp.Project, "Rollback")).ShouldSucceed().ShouldSay($"{WebApp.GenerationIn(first)} is live again");
        (await WebApp.GetAsync(url)).ShouldBe("version one");
        (await repository.BuildAsync(WebApp.Project, "Status;History")).ShouldSucceed()
            .ShouldSay($"{WebApp.GenerationIn(first)}  Live").ShouldSay("Rollback").ShouldSay("Failed");

        // What is live stands by what is known, until an advisory speaks of its runtime.
        var advisories = Directory.CreateDirectory(Path.Combine(package.Root, $"advisories {Guid.NewGuid():N}")).FullName;
        Advisory.Write(advisories, "Some.Package");
        (await repository.BuildRestoredAsync(WebApp.Project, "Rescan", $"-p:ImmutableAdvisories={advisories}")).ShouldSucceed().ShouldSay("pass");
        Advisory.Write(advisories, Advisory.Runtime);
        (await repository.BuildRestoredAsync(WebApp.Project, "Rescan", $"-p:ImmutableAdvisories={advisories}")).ShouldFailWith("IMB3018").ShouldSay("would be refused today");

        (await repository.BuildAsync(WebApp.Project, "Stop")).ShouldSucceed().ShouldSay("is stopped");
        await Eventually.HoldsAsync(() => repository.Processes().Count == 0, "nothing runs any more");
    }

    private static Task<CommandResult> ReleaseAsync(ScratchRepository repository, params string[] arguments) => repository.BuildAsync(WebApp.Project, "Release", arguments);
}
