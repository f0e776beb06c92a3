using ImmutableBuild.AcceptanceTests.Infrastructure;
using ImmutableBuild.LoadGenerator;

namespace ImmutableBuild.AcceptanceTests;

public sealed class BrokenCommitTests(PackedPackage package)
{
    [Fact]
    [Trait("Fault", "F12")]
    [Trait("Fault", "F14")]
    public async Task One_that_crashes_after_the_switch_and_one_that_flaps_are_refused_with_their_last_words_and_leave_nothing()
    {
        await using var repository = new ScratchRepository(package);
        WebApp.Write(repository, "version one");
        await repository.CommitAsync();
        var first = await repository.BuildAsync(WebApp.Project, "Release");
        var url = WebApp.UrlIn(first);
        var before = repository.Processes();

        // Healthy as long as nobody uses it: the first request after the switch ends it.
        WriteCrashing(repository);
        await repository.CommitAsync();
        await using (await OpenLoopLoad.StartAsync(url, 10, cancellationToken: TestContext.Current.CancellationToken))
        {
            var crashed = await repository.BuildRestoredAsync(WebApp.Project, "Release", "-p:ImmutableSoak=1m");
            crashed.ExitCode.ShouldNotBe(0);
            crashed.ShouldSay("error IMB7002").ShouldSay("instance 0").ShouldSay("exited with code 42").ShouldSay("these are its last words");
        }

        await ShouldBeAsBeforeAsync();

        WebApp.WriteProgram(repository, "version three", health: "Results.StatusCode(Flaps.Next() ? 500 : 200)", types: "static class Flaps { static int s_count; public static bool Next() => Interlocked.Increment(ref s_count) % 2 == 0; }");
        await repository.CommitAsync();

        // Time enough to be started and to say something, however busy the machine is.
        var flapped = await repository.BuildRestoredAsync(WebApp.Project, "Release", "-p:ImmutableHealthTimeout=30s");
        flapped.ExitCode.ShouldNotBe(0);
        flapped.ShouldSay("error IMB7001").ShouldSay("instance 0").ShouldSay("this is version three");
        await ShouldBeAsBeforeAsync();

        async Task ShouldBeAsBeforeAsync()
        {
            (await WebApp.GetAsync(url)).ShouldBe("version one");
            repository.Processes().Order().ShouldBe(before.Order());
            repository.Generations().ShouldBe([WebApp.GenerationIn(first)]);
        }
    }

    private static void WriteCrashing(ScratchRepository repository) => repository.Write("src/Shöp Web/Program.cs", """
        var app = WebApplication.Create(args);
        app.MapGet("/", () =>
        {
            Console.WriteLine("these are its last words");
            Environment.Exit(42);
        });
        app.MapGet("/health", () => Results.Ok());
        app.Run();
        """);
}
