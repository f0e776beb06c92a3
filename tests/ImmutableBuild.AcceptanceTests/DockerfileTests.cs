using ImmutableBuild.AcceptanceTests.Infrastructure;
using ImmutableBuild.LoadGenerator;

namespace ImmutableBuild.AcceptanceTests;

/// <summary><c>ImmutableBake=dockerfile</c>: an app that is not .NET goes the whole way, with the package as a user has it, on a real engine.</summary>
public sealed class DockerfileTests(PackedPackage package)
{
    private const string Base = "localhost:5000/dotnet/runtime-deps:10.0";
    private const string GatewayBase = "localhost:5000/dotnet/aspnet:10.0";

    private readonly string _app = $"perl-{Guid.NewGuid().ToString("N")[..8]}";

    [Fact]
    public async Task An_app_in_perl_is_released_replaced_and_rolled_back()
    {
        await EngineHost.SkipUnlessThereAsync("dotnet/runtime-deps", "dotnet/aspnet");
        await using var repository = new ScratchRepository(package);
        PerlShop.Write(repository, _app, "version one", Base, GatewayBase);
        await repository.CommitAsync();
        try
        {
            await LiveAsync(repository);
        }
        finally
        {
            await EngineHost.RemoveAppAsync(repository, _app);
        }
    }

    [Fact]
    public async Task What_has_no_meaning_with_a_Dockerfile_and_steps_that_fail_are_told()
    {
        await EngineHost.SkipUnlessThereAsync("dotnet/runtime-deps", "dotnet/aspnet");
        await using var repository = new ScratchRepository(package);
        PerlShop.Write(repository, _app, "version one", Base, GatewayBase);
        repository.Write($"{PerlShop.Directory}/Broken.Dockerfile", $"FROM {Base}\nRUN echo 'no such thing' && false\n");
        await repository.CommitAsync();

        (await repository.BuildAsync(PerlShop.Project, "Release", "-p:ImmutableDockerfile=Broken.Dockerfile"))
            .ShouldFailWith("IMB2043").ShouldSay("'RUN echo 'no such thing' && false' failed").ShouldSay("returned a non-zero code: 1");
        (await repository.BuildRestoredAsync(PerlShop.Project, "Release", "-p:ImmutableDockerfile=Missing")).ShouldFailWith("IMB2040");
        (await repository.BuildRestoredAsync(PerlShop.Project, "Release", "-p:ContainerUser=1000")).ShouldFailWith("IMB1004").ShouldSay("USER");
        repository.Write($"{PerlShop.Directory}/.dockerignore", "");
        repository.Write($"{PerlShop.Directory}/notes.local", "");
        repository.Write($"{PerlShop.Directory}/.gitignore", "key.pem\n*.local\n");
        await repository.CommitAsync();
        (await repository.BuildRestoredAsync(PerlShop.Project, "Bake")).ShouldFailWith("IMB1108").ShouldSay("Pérl Shop/notes.local");
        (await repository.BuildRestoredAsync(PerlShop.Project, "UpdateBase")).ShouldFailWith("IMB2045").ShouldSay("FROM");
        (await repository.BuildRestoredAsync(PerlShop.Project, "VerifyReproducible")).ShouldFailWith("IMB2045");
    }

    private async Task LiveAsync(ScratchRepository repository)
    {
        var first = await repository.BuildAsync(PerlShop.Project, "Release", "-v:normal");
        first.ShouldSay("made edition first").ShouldSay("RUN test ! -e /build/key.pem");
        var url = WebApp.UrlIn(first);
        (await WebApp.GetAsync(url)).ShouldBe("version one, edition first, as user 1654");
        System.IO.Directory.Exists(repository.PathOf($"{PerlShop.Directory}/bin")).ShouldBeFalse("nothing is compiled");

        (await repository.BuildAsync(PerlShop.Project, "Release")).ShouldSucceed().ShouldSay("was live already");

        PerlShop.WriteProgram(repository, "version two");
        await repository.CommitAsync();
        await using var load = await OpenLoopLoad.StartAsync(url, 5, LoadOptions.Patient, TestContext.Current.CancellationToken);
        var second = await repository.BuildAsync(PerlShop.Project, "Release");
        var result = await load.StopAsync();
        WebApp.UrlIn(second).ShouldBe(url);
        second.ShouldSay("no request was lost").ShouldSay($"replaced {WebApp.GenerationIn(first)}");
        result.Failed.ShouldBe(0, result.ToString());
        (await WebApp.GetAsync(url)).ShouldBe("version two, edition first, as user 1654");
        (await EngineHost.ContainersAsync(repository, _app)).Length.ShouldBe(2, "a gateway and an instance");

        (await repository.BuildRestoredAsync(PerlShop.Project, "Rollback")).ShouldSucceed().ShouldSay($"{WebApp.GenerationIn(first)} is live again");
        (await WebApp.GetAsync(url)).ShouldStartWith("version one");
        (await repository.BuildRestoredAsync(PerlShop.Project, "Stop")).ShouldSucceed();
        (await EngineHost.ContainersAsync(repository, _app)).ShouldBeEmpty();
    }
}
