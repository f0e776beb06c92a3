using ImmutableBuild.AcceptanceTests.Infrastructure;

namespace ImmutableBuild.AcceptanceTests;

/// <summary>What a user can do with the chain: put steps into it, say what the image starts, and stop it half way.</summary>
public sealed class ShapingTheChainTests(PackedPackage package)
{
    [Fact]
    public async Task A_step_of_the_users_runs_before_its_stage_and_can_stop_the_release()
    {
        await using var repository = new ScratchRepository(package);
        WebApp.Write(repository, "v", "<ImmutableCompileDependsOn>Early</ImmutableCompileDependsOn><ImmutableScanDependsOn>CheckLicences</ImmutableScanDependsOn>");
        repository.Write("Directory.Build.targets", """
            <Project>
              <Target Name="Early"><Message Importance="high" Text="early: $(Configuration)" /></Target>
              <Target Name="CheckLicences"><Error Text="This licence is not ours to use" /></Target>
            </Project>
            """);
        await repository.CommitAsync();

        var stopped = await repository.BuildAsync(WebApp.Project, "Release");

        stopped.ExitCode.ShouldNotBe(0);
        stopped.ShouldSay("This licence is not ours to use").ShouldSay("early: Release").ShouldNotSay("  Scan ");
        stopped.Output.IndexOf("early: Release", StringComparison.Ordinal).ShouldBeLessThan(stopped.Output.IndexOf("  Compile ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_the_image_starts_and_how_it_is_tagged_follows_the_SDKs_properties()
    {
        await using var repository = new ScratchRepository(package);
        WebApp.Write(
            repository,
            "v",
            "<ContainerWorkingDirectory>/srv/shop</ContainerWorkingDirectory><ContainerImageTags>1.0.0;first</ContainerImageTags><ContainerDescription>A shop</ContainerDescription>",
            "<ContainerDefaultArgs Include=\"quiet\" /><ContainerEnvironmentVariable Include=\"GREETING\" Value=\"grüß; Gott\" /><ContainerLabel Include=\"team\" Value=\"blue\" />");
        await repository.CommitAsync();

        var release = await repository.BuildAsync(WebApp.Project, "Release");

        release.ShouldSucceed().ShouldSay(":1.0.0").ShouldSay(":first");
        (await WebApp.GetAsync(WebApp.UrlIn(release), "env/GREETING")).ShouldBe("grüß; Gott");
        var image = string.Concat(Directory.EnumerateFiles(repository.PathOf("src/Shöp Web/obj/immutable/image/blobs/sha256"))
            .Where(file => new FileInfo(file).Length < 20_000).Select(File.ReadAllText));
        image.ShouldContain("\"org.opencontainers.image.description\":\"A shop\"");
        image.ShouldContain("\"Cmd\":[\"quiet\"]");
        image.ShouldContain("/srv/shop/Shop");

        // The next commit can't have the same tag: nothing of it is pushed.
        WebApp.WriteProgram(repository, "next");
        await repository.CommitAsync();
        (await repository.BuildRestoredAsync(WebApp.Project, "Release")).ShouldFailWith("IMB5008").ShouldSay("ContainerImageTags").ShouldNotSay("  Deploy ");
        (await repository.BuildRestoredAsync(WebApp.Project, "Stop")).ShouldSucceed();
    }

    [Fact, Trait("Fault", "F02")]
    public async Task A_release_that_ends_anywhere_before_its_end_leaves_what_serves_alone_and_nothing_half_done()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "sends a signal");
        await using var repository = new ScratchRepository(package);
        WebApp.Write(repository, "one", "<ImmutableHealthTimeout>10m</ImmutableHealthTimeout><ImmutableHealthGateDependsOn>BeforeTheGate</ImmutableHealthGateDependsOn><ImmutableDestroyOldDependsOn>SmokeTest</ImmutableDestroyOldDependsOn>");
        repository.Write("src/Shöp Web/Directory.Build.targets", """
            <Project>
              <Target Name="BeforeTheGate">
                <Exec Command="$(BeforeTheGate)" Condition="'$(BeforeTheGate)' != ''" />
              </Target>
              <Target Name="SmokeTest">
                <Exec Command="$(SmokeTest)" Condition="'$(SmokeTest)' != ''" />
              </Target>
            </Project>
            """);
        await repository.CommitAsync();
        var url = WebApp.UrlIn(await repository.BuildAsync(WebApp.Project, "Release"));
        var processes = repository.Processes();
        WebApp.WriteProgram(repository, "two", health: "Results.StatusCode(503)");
        await repository.CommitAsync();

        // Ctrl+C while the gate waits.
        (await InterruptAsync("in a row are asked for", "-v:normal")).ShouldNotSay("  HealthGate ");
        await LeavesAloneAsync();

        // Between two stages, where a check of the user's own runs: Ctrl+C, then a refusal.
        await InterruptAsync("the check waits", "-p:BeforeTheGate=echo the check waits %26%26 exec sleep 300");
        await LeavesAloneAsync();
        File.ReadAllText(repository.PathOf("src/Shöp Web/obj/immutable/release.md")).ShouldContain("IMB6004");

        (await repository.BuildRestoredAsync(WebApp.Project, "Release", "-p:BeforeTheGate=exit 3")).ShouldFailWith("MSB3073").ShouldSay("  Deploy ").ShouldSay("GivenUp: ");
        await LeavesAloneAsync();

        // Behind the gate, where the new one has the traffic already.
        WebApp.WriteProgram(repository, "three");
        await repository.CommitAsync();
        (await repository.BuildRestoredAsync(WebApp.Project, "Release", "-p:SmokeTest=exit 4")).ShouldFailWith("MSB3073").ShouldSay("  HealthGate ").ShouldSay("RoutedBack: ");
        await LeavesAloneAsync();
        File.ReadAllText(repository.PathOf("src/Shöp Web/obj/immutable/release.md")).ShouldContain("IMB8030");
        (await repository.BuildRestoredAsync(WebApp.Project, "Release")).ShouldSucceed();
        (await WebApp.GetAsync(url)).ShouldBe("three");
        (await repository.BuildRestoredAsync(WebApp.Project, "Stop")).ShouldSucceed();

        async Task<CommandResult> InterruptAsync(string when, string argument)
        {
            await using var build = repository.StartBuild(WebApp.Project, "Release", "--no-restore", argument);
            await Eventually.HoldsAsync(() => build.Output.Contains(when, StringComparison.Ordinal), when, TimeSpan.FromMinutes(10));
            await build.InterruptAsync();
            var ended = await build.EndAsync();
            ended.ExitCode.ShouldNotBe(0);
            return ended.ShouldNotSay("error IMB9");
        }

        async Task LeavesAloneAsync()
        {
            (await WebApp.GetAsync(url)).ShouldBe("one");
            repository.Processes().Order().ShouldBe(processes.Order());
        }
    }
}
