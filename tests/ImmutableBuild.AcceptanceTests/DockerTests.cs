using System.Net;
using ImmutableBuild.AcceptanceTests.Infrastructure;
using ImmutableBuild.LoadGenerator;

namespace ImmutableBuild.AcceptanceTests;

/// <summary>The sample for <c>ImmutableTarget=docker</c>, with the package as a user has it, on a real engine.</summary>
public sealed class DockerTests(PackedPackage package)
{
    private const string Base = "localhost:5000/dotnet/aspnet:10.0";

    private readonly string _app = $"book-{Guid.NewGuid().ToString("N")[..8]}";

    [Fact]
    [Trait("Fault", "F07")]
    [Trait("Fault", "F28")]
    public async Task An_app_is_released_replaced_rolled_back_and_stopped_on_an_engine()
    {
        await EngineHost.SkipUnlessThereAsync("dotnet/aspnet");
        await using var repository = new ScratchRepository(package);
        var book = GuestBook.Write(repository, _app, Base);
        (await repository.BuildAsync(GuestBook.Project, "UpdateBase")).ShouldSucceed().ShouldSay($"{Base} is pinned to sha256:");
        await repository.CommitAsync();
        try
        {
            await LiveAsync(repository, book);
        }
        finally
        {
            await EngineHost.RemoveAppAsync(repository, _app);
        }
    }

    private async Task LiveAsync(ScratchRepository repository, GuestBook book)
    {
        var first = await repository.BuildAsync(GuestBook.Project, "Release");
        first.ShouldNotSay("IMB2021");
        var url = WebApp.UrlIn(first);
        (await WebApp.GetAsync(url)).ShouldStartWith($"Welcome! 0 in the book, says generation {WebApp.GenerationIn(first)}");
        (await book.SignAsync(url, "Ada was here", "no key of the book")).ShouldBe(HttpStatusCode.Unauthorized);
        (await book.SignAsync(url, "Ada was here")).ShouldBe(HttpStatusCode.NoContent);
        var containers = await ContainersAsync(repository);
        containers.Length.ShouldBe(2, "a gateway and an instance");

        (await repository.BuildAsync(GuestBook.Project, "Release")).ShouldSucceed().ShouldSay("was live already");
        (await ContainersAsync(repository)).ShouldBe(containers, ignoreOrder: true);

        book.Greet("Welcome back!");
        await repository.CommitAsync();
        await using var load = await OpenLoopLoad.StartAsync(url, 50, LoadOptions.Patient, TestContext.Current.CancellationToken);
        var second = await repository.BuildAsync(GuestBook.Project, "Release");
        var result = await load.StopAsync();
        WebApp.UrlIn(second).ShouldBe(url);
        second.ShouldSay("no request was lost").ShouldSay($"replaced {WebApp.GenerationIn(first)}");
        result.Failed.ShouldBe(0, result.ToString());
        (await WebApp.GetAsync(url)).ShouldStartWith("Welcome back! 1 in the book");
        (await ContainersAsync(repository)).Length.ShouldBe(2);

        await UseToolAsync(repository, WebApp.GenerationIn(first), WebApp.GenerationIn(second));

        (await repository.BuildRestoredAsync(GuestBook.Project, "Rollback")).ShouldSucceed().ShouldSay($"{WebApp.GenerationIn(first)} is live again");
        (await WebApp.GetAsync(url, "entries")).ShouldBe("Ada was here\n", "data outlives its generation");
        (await WebApp.GetAsync(url)).ShouldStartWith("Welcome! 1 in the book");
        (await repository.BuildRestoredAsync(GuestBook.Project, "Stop")).ShouldSucceed().ShouldSay("is stopped");
        (await ContainersAsync(repository)).ShouldBeEmpty();
        (await EngineHost.RunAsync(repository, "network", "ls", "-q", "--filter", Mine)).ShouldBeEmpty();
        (await repository.BuildRestoredAsync(GuestBook.Project, "History")).ShouldSucceed().ShouldSay("Rollback");
        (await ContainersAsync(repository)).ShouldBeEmpty("looking leaves nothing");
        (await EngineHost.RunAsync(repository, "volume", "ls", "-q", "--filter", Mine)).Length.ShouldBe(2, "history and data");
    }

    /// <summary>The tool knows from the project's last release that it is on an engine, and whose signatures count.</summary>
    private async Task UseToolAsync(ScratchRepository repository, string before, string live)
    {
        var tool = await InstalledTool.InstallAsync(package, repository);
        (await tool.RunAsync(repository, GuestBook.Directory, "status", "--json")).ShouldSucceed().Json.GetProperty("live").GetString().ShouldBe(live);
        (await repository.BuildRestoredAsync(GuestBook.Project, "Drift")).ShouldSucceed().ShouldSay("runs as it was released");
        (await tool.RunAsync(repository, GuestBook.Directory, "debug", "--", "id", "-u")).ShouldSucceed().StandardOutput.Trim().ShouldBe("1654");
        (await ContainersAsync(repository)).Length.ShouldBe(2, "the copy is gone");
        (await tool.RunAsync(repository, GuestBook.Directory, "rollback")).ShouldSucceed().ShouldSay($"{before} is live in place of {live}");
        (await tool.RunAsync(repository, GuestBook.Directory, "rollback")).ShouldSucceed().ShouldSay($"{live} is live in place of {before}");
        (await repository.BuildRestoredAsync(GuestBook.Project, "Debug", "-p:ImmutableDebugLimit=1h")).ShouldSucceed().ShouldSay($"A copy of {live} runs without traffic");
        (await ContainersAsync(repository)).Length.ShouldBe(4, "a build leaves the copy until its time is over, or Stop");
    }

    private string Mine => $"label=org.immutablebuild.app={_app}";

    private Task<string[]> ContainersAsync(ScratchRepository repository) => EngineHost.ContainersAsync(repository, _app);
}
