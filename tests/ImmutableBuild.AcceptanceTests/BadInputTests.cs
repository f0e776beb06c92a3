using System.Net;
using System.Net.Sockets;
using ImmutableBuild.AcceptanceTests.Infrastructure;

namespace ImmutableBuild.AcceptanceTests;

public sealed class BadInputTests(PackedPackage package)
{
    [Fact]
    public async Task All_mistakes_in_options_come_at_once_with_file_and_line_and_nothing_is_built()
    {
        await using var repository = new ScratchRepository(package);
        WebApp.Write(
            repository,
            "v",
            "<ImmutableSoak>soon</ImmutableSoak>\n    <ImmutableKeeep>1</ImmutableKeeep>\n    <ImmutableInstances>none</ImmutableInstances>\n    <ContainerFamily>alpine</ContainerFamily>\n    <ContainerImageTag>latest</ContainerImageTag>",
            "<ContainerEntrypointArgs Include=\"--wait\" /><ContainerDefaultArgs Include=\"--once\" />");
        await repository.CommitAsync();

        var refused = await repository.BuildAsync(WebApp.Project, "Release", "-p:ImmutableRegistryPassword=hunter2", "-p:ImmutableRollout=purple");

        refused.ShouldFailWith("IMB1001").ShouldFailWith("IMB1002").ShouldFailWith("IMB1003");
        refused.ShouldSay("Shop.csproj(7,").ShouldSay("ImmutableSoak is 'soon'").ShouldSay("ImmutableInstances is 'none'").ShouldSay("bluegreen, canary").ShouldSay("Did you mean 'ImmutableKeep'?");
        refused.ShouldFailWith("IMB1012").ShouldSay("ContainerFamily is 'alpine'").ShouldSay("Set ContainerBaseImage").ShouldSay("ContainerImageTag is 'latest'");
        refused.ShouldFailWith("IMB1004").ShouldSay("ContainerEntrypointArgs: it needs a ContainerEntrypoint");
        refused.ShouldNotSay("hunter2").ShouldNotSay("  Compile ");
        Directory.Exists(repository.DataDirectory).ShouldBeFalse();
    }

    [Fact]
    public async Task Only_a_program_can_be_released_and_not_a_solution()
    {
        await using var repository = new ScratchRepository(package);
        repository.WriteProject("Lib/Lib.csproj", sdk: "Microsoft.NET.Sdk");
        repository.Write("All.slnx", """<Solution><Project Path="Lib/Lib.csproj" /></Solution>""");
        await repository.CommitAsync();

        (await repository.BuildAsync("Lib/Lib.csproj", "Release")).ShouldFailWith("IMB1005").ShouldSay("OutputType 'Library'");
        (await repository.BuildAsync("All.slnx", "Release")).ShouldFailWith("IMB1006").ShouldSay("Lib.csproj\" -t:Release");
    }

    [Fact]
    public async Task Of_a_solution_every_project_is_told_what_to_do_and_the_documented_way_works()
    {
        await using var repository = new ScratchRepository(package);
        WebApp.Write(repository, "v");
        repository.Write("Plain/Plain.csproj", """<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup></Project>""");
        repository.Write("All.slnx", $"""<Solution><Project Path="{WebApp.Project}" /><Project Path="Plain/Plain.csproj" /></Solution>""");
        await repository.CommitAsync();

        var refused = await repository.BuildAsync("All.slnx", "Bake");
        refused.ShouldFailWith("IMB1006").ShouldSay("Shop.csproj\" -t:Release").ShouldSay("Directory.Solution.targets").ShouldNotSay("  Bake ");

        repository.Write("Directory.Solution.targets", """
            <Project>
              <Target Name="Bake">
                <MSBuild Projects="@(ProjectReference)" Targets="Bake" SkipNonexistentTargets="true" Properties="Configuration=Release" />
              </Target>
            </Project>
            """);
        await repository.CommitAsync();
        (await repository.BuildAsync("All.slnx", "Bake")).ShouldSucceed().ShouldSay("  Bake ");
    }

    [Fact]
    public async Task An_app_that_needs_arguments_is_refused_with_its_own_words_and_runs_once_it_has_them()
    {
        await using var repository = new ScratchRepository(package);
        WebApp.Write(repository, "v");
        repository.Write("src/Shöp Web/Program.cs", """
            if (args is not ["--shop", var name])
            {
                Console.Error.WriteLine("usage: shop --shop NAME");
                return 64;
            }

            var app = WebApplication.Create();
            app.MapGet("/", () => name);
            app.MapGet("/health", () => Results.Ok());
            app.Run();
            return 0;
            """);
        await repository.CommitAsync();

        var refused = await repository.BuildAsync(WebApp.Project, "Release");
        refused.ExitCode.ShouldNotBe(0);
        refused.ShouldSay("error IMB7").ShouldSay("usage: shop --shop NAME").ShouldSay("64").ShouldSay("ImmutableArgument");
        await Eventually.HoldsAsync(() => repository.Processes().Count == 0, "nothing is left over");

        repository.WriteProject(WebApp.Project, items: "<ImmutableArgument Include=\"--shop\" /><ImmutableArgument Include=\"größer%3B und besser\" />");
        await repository.CommitAsync();
        (await WebApp.GetAsync(WebApp.UrlIn(await repository.BuildAsync(WebApp.Project, "Release")))).ShouldBe("größer; und besser");
        (await repository.BuildRestoredAsync(WebApp.Project, "Stop")).ShouldSucceed();
    }

    [Fact]
    [Trait("Fault", "F40")]
    public async Task A_disk_that_is_full_or_read_only_is_named_and_nothing_runs()
    {
        await using var repository = new ScratchRepository(package);
        WebApp.Write(repository, "v");
        await repository.CommitAsync();
        await using (var full = await SmallDisk.MountAsync(repository.PathOf("bin/full"), "size=4m"))
        {
            var refused = await repository.BuildAsync(WebApp.Project, "Release", $"-p:ImmutableDataDirectory={full.Directory}");
            refused.ExitCode.ShouldNotBe(0);
            refused.ShouldSay("error IMB").ShouldNotSay("error IMB9").ShouldSay(full.Directory).ShouldSay("No space left on device");
        }

        await using (var locked = await SmallDisk.MountAsync(repository.PathOf("bin/locked"), "ro"))
        {
            (await repository.BuildRestoredAsync(WebApp.Project, "Release", $"-p:ImmutableDataDirectory={locked.Directory}"))
                .ShouldFailWith("IMB1009").ShouldSay(locked.Directory).ShouldSay("set ImmutableDataDirectory").ShouldNotSay("  Compile ");
        }
    }

    [Fact]
    [Trait("Fault", "F40")]
    public async Task Data_directory_and_port_have_to_be_free_to_use()
    {
        await using var repository = new ScratchRepository(package);
        WebApp.Write(repository, "v");
        await repository.CommitAsync();
        var blocked = repository.PathOf("bin/a file");
        repository.Write("bin/a file", "");
        (await repository.BuildAsync(WebApp.Project, "Release", $"-p:ImmutableDataDirectory={blocked}")).ShouldFailWith("IMB1009").ShouldSay("a file");

        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var taken = await repository.BuildRestoredAsync(WebApp.Project, "Release", $"-p:ImmutablePort={((IPEndPoint)listener.LocalEndpoint).Port}");
        taken.ExitCode.ShouldNotBe(0);
        taken.ShouldSay("error IMB6051").ShouldSay(((IPEndPoint)listener.LocalEndpoint).Port.ToString());
        await Eventually.HoldsAsync(() => repository.Processes().Count == 0, "nothing is left over");
    }
}
