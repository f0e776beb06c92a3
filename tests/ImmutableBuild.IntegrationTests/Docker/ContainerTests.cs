using System.Formats.Tar;
using System.Text;
using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Api.Models;

namespace ImmutableBuild.IntegrationTests.Docker;

[Collection(DockerCollection.Name)]
public sealed class ContainerTests(DockerEngine engine)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_container_lives_from_its_creation_to_its_removal()
    {
        await using var bed = engine.OpenOrSkip();
        var containers = bed.Client.Containers;
        var id = await bed.CreateAsync("exec sleep 1000", create => create with { Name = bed.Name });
        (await containers.InspectContainerAsync(id, Token)).State.Status.ShouldBe("created");
        (await containers.ListContainersAsync(new ContainersListParameters { Filters = bed.Mine }, Token)).ShouldBeEmpty();

        (await containers.StartContainerAsync(id, Token)).ShouldBeTrue();
        (await containers.StartContainerAsync(id, Token)).ShouldBeFalse("it runs already");
        var listed = (await containers.ListContainersAsync(new ContainersListParameters { Filters = bed.Mine }, Token)).ShouldHaveSingleItem();
        (listed.ID, listed.State, listed.Names![0]).ShouldBe((id, "running", "/" + bed.Name));
        (await containers.InspectContainerAsync(id, Token)).State.Pid.ShouldBeGreaterThan(0);

        // For a moment its process is still the runtime's own program.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(TimeSpan.FromMinutes(3));
        while (!(await containers.ListProcessesAsync(id, null, Token)).Processes.ShouldHaveSingleItem().Any(cell => cell.Contains("sleep 1000", StringComparison.Ordinal)))
        {
            await Task.Delay(50, patience.Token);
        }

        (await containers.GetContainerStatsAsync(id, Token)).CPUStats!.CPUUsage!.TotalUsage.ShouldBeGreaterThan(0ul);

        await containers.PauseContainerAsync(id, Token);
        (await containers.InspectContainerAsync(id, Token)).State.Paused.ShouldBeTrue();
        await containers.UnpauseContainerAsync(id, Token);
        var before = (await containers.InspectContainerAsync(id, Token)).State.StartedAt;
        await containers.RestartContainerAsync(id, new ContainerStopParameters { WaitBeforeKillSeconds = 0 }, Token);
        (await containers.InspectContainerAsync(id, Token)).State.StartedAt.ShouldNotBe(before);

        (await containers.StopContainerAsync(id, new ContainerStopParameters { WaitBeforeKillSeconds = 0 }, Token)).ShouldBeTrue();
        (await containers.StopContainerAsync(id, new ContainerStopParameters(), Token)).ShouldBeFalse("it has ended");
        (await Should.ThrowAsync<DockerApiException>(() => containers.KillContainerAsync(id, null, Token))).Kind.ShouldBe(DockerErrorKind.Conflict);
        await containers.RemoveContainerAsync(id, new ContainerRemoveParameters(), Token);
        (await Should.ThrowAsync<DockerApiException>(() => containers.InspectContainerAsync(id, Token))).Kind.ShouldBe(DockerErrorKind.NotFound);
    }

    [Fact]
    public async Task A_name_that_is_taken_is_a_conflict()
    {
        await using var bed = engine.OpenOrSkip();
        await bed.CreateAsync("true", create => create with { Name = bed.Name });
        var fault = await Should.ThrowAsync<DockerApiException>(() => bed.CreateAsync("true", create => create with { Name = bed.Name }));
        (fault.Kind, fault.IsTransient).ShouldBe((DockerErrorKind.Conflict, false));
        fault.Message.ShouldContain(bed.Name);
    }

    [Fact]
    public async Task Waiting_tells_how_it_ended()
    {
        await using var bed = engine.OpenOrSkip();
        var id = await bed.RunAsync("exec sleep 1000");
        var waiting = bed.Client.Containers.WaitContainerAsync(id, Token);
        await bed.Client.Containers.KillContainerAsync(id, "SIGKILL", Token);
        (await waiting).StatusCode.ShouldBe(137);
        (await bed.Client.Containers.WaitContainerAsync(await bed.RunAsync("exit 7"), Token)).StatusCode.ShouldBe(7);
    }

    [Fact]
    public async Task One_that_was_to_be_started_again_for_ever_can_be_let_end_and_only_then_be_removed_without_force()
    {
        await using var bed = engine.OpenOrSkip();
        var containers = bed.Client.Containers;
        var id = await bed.RunAsync("while [ ! -e /tmp/end ]; do sleep 1; done", create => create with { HostConfig = new HostConfiguration { RestartPolicy = new RestartPolicy("always") } });

        await containers.UpdateContainerAsync(id, new ContainerUpdateParameters(new RestartPolicy("no")), Token);
        (await Should.ThrowAsync<DockerApiException>(() => containers.RemoveContainerAsync(id, new ContainerRemoveParameters(), Token))).Kind.ShouldBe(DockerErrorKind.Conflict);
        await containers.ExtractArchiveToContainerAsync(id, "/tmp", Tar("end", ""), Token);
        (await containers.WaitContainerAsync(id, Token)).StatusCode.ShouldBe(0);

        var ended = await containers.InspectContainerAsync(id, Token);
        (ended.State.Running, ended.State.Restarting, ended.RestartCount, ended.HostConfig.RestartPolicy!.Name).ShouldBe((false, false, 0, "no"));
        await containers.RemoveContainerAsync(id, new ContainerRemoveParameters(), Token);
        (await Should.ThrowAsync<DockerApiException>(() => containers.InspectContainerAsync(id, Token))).Kind.ShouldBe(DockerErrorKind.NotFound);
    }

    [Fact]
    public async Task Waiting_can_be_given_up()
    {
        await using var bed = engine.OpenOrSkip();
        var id = await bed.RunAsync("exec sleep 1000");
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var waiting = bed.Client.Containers.WaitContainerAsync(id, ends.Token);
        await ends.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task What_the_host_gives_is_what_was_asked_for()
    {
        await using var bed = engine.OpenOrSkip();
        var asked = new HostConfiguration
        {
            ReadonlyRootfs = true, CapDrop = ["ALL"], SecurityOpt = ["no-new-privileges"], Memory = 64 << 20, NanoCpus = 500_000_000, PidsLimit = 50,
            RestartPolicy = new RestartPolicy("unless-stopped"), Tmpfs = new Dictionary<string, string> { ["/tmp"] = "size=1m" }, LogConfig = new LogConfiguration("json-file"),
            PortBindings = new Dictionary<string, IReadOnlyList<PortBinding>?> { ["8080/tcp"] = [new PortBinding("127.0.0.1", "")] },
        };
        var id = await bed.RunAsync("exec sleep 1000", create => create with
        {
            User = "1654", HostConfig = asked, Env = ["A=b"], ExposedPorts = new Dictionary<string, EmptyObject> { ["8080/tcp"] = new() },
        });
        var found = await bed.Client.Containers.InspectContainerAsync(id, Token);
        var host = found.HostConfig;
        (host.ReadonlyRootfs, host.Privileged, host.Memory, host.NanoCpus, host.PidsLimit).ShouldBe((true, false, 64 << 20, 500_000_000, 50));
        host.CapDrop.ShouldBe(["ALL"]);
        host.SecurityOpt.ShouldBe(["no-new-privileges"]);
        host.RestartPolicy.ShouldBe(asked.RestartPolicy);
        host.Tmpfs.ShouldBe(asked.Tmpfs);
        host.LogConfig!.Type.ShouldBe("json-file");
        found.Config.User.ShouldBe("1654");
        found.Config.Env.ShouldBe(["A=b", "PATH=/bin"], ignoreOrder: true);
        found.Config.Labels!["made-by"].ShouldBe(engine.Image);
        found.NetworkSettings!.Ports!["8080/tcp"].ShouldHaveSingleItem().HostIP.ShouldBe("127.0.0.1");
    }

    [Fact]
    public async Task Files_that_differ_from_the_image_are_seen()
    {
        await using var bed = engine.OpenOrSkip();
        var untouched = await bed.CreateAsync("true");
        (await bed.Client.Containers.InspectChangesAsync(untouched, Token)).ShouldBeEmpty();
        var id = await bed.RunAsync("touch /tmp/new && rm /bin/id");
        await bed.Client.Containers.WaitContainerAsync(id, Token);
        (await bed.Client.Containers.InspectChangesAsync(id, Token)).ShouldBe(
            [new("/tmp", FileSystemChangeKind.Modify), new("/tmp/new", FileSystemChangeKind.Add), new("/bin", FileSystemChangeKind.Modify), new("/bin/id", FileSystemChangeKind.Delete)], ignoreOrder: true);
    }

    [Fact]
    public async Task Files_go_in_and_come_out()
    {
        await using var bed = engine.OpenOrSkip();
        var containers = bed.Client.Containers;
        var id = await bed.CreateAsync("true");
        var content = new string('x', 3_000_000);
        await containers.ExtractArchiveToContainerAsync(id, "/tmp", Tar("secret", content), Token);

        (await containers.StatArchiveInContainerAsync(id, "/tmp/secret", Token)).Size.ShouldBe(content.Length);
        var archive = await containers.GetArchiveFromContainerAsync(id, "/tmp/secret", Token);
        await using (archive.Stream)
        {
            archive.Stat.Name.ShouldBe("secret");
            await using var reader = new TarReader(archive.Stream);
            var entry = await reader.GetNextEntryAsync(copyData: true, Token);
            using var text = new StreamReader(entry!.DataStream!);
            (await text.ReadToEndAsync(Token)).ShouldBe(content);
        }

        (await Should.ThrowAsync<DockerApiException>(() => containers.StatArchiveInContainerAsync(id, "/nowhere", Token))).Kind.ShouldBe(DockerErrorKind.NotFound);
        (await Should.ThrowAsync<DockerApiException>(() => containers.ExtractArchiveToContainerAsync(id, "/nowhere", Tar("a", content), Token))).Kind.ShouldBe(DockerErrorKind.NotFound);
    }

    private static MemoryStream Tar(string name, string content)
    {
        var bytes = new MemoryStream();
        using (var writer = new TarWriter(bytes, TarEntryFormat.Ustar, leaveOpen: true))
        {
            writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) });
        }

        bytes.Position = 0;
        return bytes;
    }
}
