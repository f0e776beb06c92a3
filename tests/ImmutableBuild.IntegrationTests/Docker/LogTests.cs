using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Docker.Api.Streams;

namespace ImmutableBuild.IntegrationTests.Docker;

[Collection(DockerCollection.Name)]
public sealed class LogTests(DockerEngine engine)
{
    private const int Maximum = 4 * 1024 * 1024;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Output_and_errors_are_told_apart()
    {
        await using var bed = engine.OpenOrSkip();
        var id = await bed.RunAsync("echo one; echo two >&2; echo three");
        await bed.Client.Containers.WaitContainerAsync(id, Token);
        (await ReadAsync(bed, id, new ContainerLogsParameters())).ShouldBe(("one\nthree\n", "two\n"));
        (await ReadAsync(bed, id, new ContainerLogsParameters { ShowStdout = false })).ShouldBe(("", "two\n"));
        (await ReadAsync(bed, id, new ContainerLogsParameters { Since = DateTimeOffset.UtcNow.AddHours(1) })).ShouldBe(("", ""));
    }

    // One stream only: the engine copies the two side by side, and which of them has the log's last line is chance.
    [Fact]
    public async Task The_tail_is_the_last_lines()
    {
        await using var bed = engine.OpenOrSkip();
        var id = await bed.RunAsync("echo one; echo two; echo three");
        await bed.Client.Containers.WaitContainerAsync(id, Token);
        (await ReadAsync(bed, id, new ContainerLogsParameters { Tail = 1 })).ShouldBe(("three\n", ""));
        (await ReadAsync(bed, id, new ContainerLogsParameters { Tail = 1, Timestamps = true })).StandardOut.ShouldMatch(@"^\d{4}-\d\d-\d\dT[\d:.]+Z three\n$");
    }

    [Fact]
    public async Task With_a_terminal_all_is_output()
    {
        await using var bed = engine.OpenOrSkip();
        var id = await bed.RunAsync("echo one; echo two >&2", create => create with { Tty = true });
        await bed.Client.Containers.WaitContainerAsync(id, Token);
        await using var log = await bed.Client.Containers.GetContainerLogsAsync(id, tty: true, new ContainerLogsParameters(), Token);
        (await log.ReadOutputToEndAsync(Maximum, Token)).ShouldBe(("one\r\ntwo\r\n", ""));
    }

    [Fact]
    public async Task Following_shows_what_is_written_until_the_container_ends()
    {
        await using var bed = engine.OpenOrSkip();
        var id = await bed.RunAsync("echo first; while [ ! -e /tmp/go ]; do sleep 0.1; done; echo last >&2");
        await using var log = await bed.Client.Containers.GetContainerLogsAsync(id, tty: false, new ContainerLogsParameters { Follow = true }, Token);
        var buffer = new byte[100];
        (await log.ReadOutputAsync(buffer, Token)).ShouldBe(new ReadResult(StreamTarget.StandardOut, 6));
        await bed.Client.Exec.StartContainerExecAsync((await bed.Client.Exec.ExecCreateContainerAsync(id, new ContainerExecCreateParameters { Cmd = ["touch", "/tmp/go"] }, Token)).ID, Token);
        (await log.ReadOutputToEndAsync(Maximum, Token)).ShouldBe(("", "last\n"));
    }

    [Fact]
    public async Task Many_lines_come_whole()
    {
        await using var bed = engine.OpenOrSkip();
        var id = await bed.RunAsync("seq 1 50000; head -c 100000 /dev/zero | tr '\\0' 'e' >&2");
        await bed.Client.Containers.WaitContainerAsync(id, Token);
        var (output, errors) = await ReadAsync(bed, id, new ContainerLogsParameters());
        output.ShouldBe(string.Concat(Enumerable.Range(1, 50000).Select(number => $"{number}\n")));
        errors.ShouldBe(new string('e', 100_000));
    }

    private static async Task<(string StandardOut, string StandardError)> ReadAsync(DockerBed bed, string id, ContainerLogsParameters parameters)
    {
        await using var log = await bed.Client.Containers.GetContainerLogsAsync(id, tty: false, parameters, Token);
        return await log.ReadOutputToEndAsync(Maximum, Token);
    }
}
