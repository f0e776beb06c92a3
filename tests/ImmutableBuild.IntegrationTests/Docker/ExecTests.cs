using System.Text;
using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Api.Models;

namespace ImmutableBuild.IntegrationTests.Docker;

[Collection(DockerCollection.Name)]
public sealed class ExecTests(DockerEngine engine)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_written_comes_back_and_the_end_of_input_ends_the_process()
    {
        await using var bed = engine.OpenOrSkip();
        var id = await bed.RunAsync("exec sleep 1000");
        (await EchoedAsync(bed.Client, id, "hello\n")).ShouldBe("hello\n");
    }

    [Fact]
    public async Task Much_goes_both_ways_at_once()
    {
        await using var bed = engine.OpenOrSkip();
        var id = await bed.RunAsync("exec sleep 1000");
        var text = string.Concat(Enumerable.Range(0, 300_000).Select(number => $"{number}\n"));
        (await EchoedAsync(bed.Client, id, text)).ShouldBe(text);
    }

    [Fact]
    public async Task The_end_of_input_is_not_the_end_of_output()
    {
        await using var bed = engine.OpenOrSkip();
        var id = await bed.RunAsync("exec sleep 1000");
        var exec = await bed.Client.Exec.ExecCreateContainerAsync(id, new ContainerExecCreateParameters { Cmd = ["sh", "-c", "wc -c; sleep 0.5; echo late; echo oh >&2; exit 3"], AttachStdin = true }, Token);
        await using var stream = await bed.Client.Exec.StartAndAttachContainerExecAsync(exec.ID, tty: false, Token);
        await stream.WriteAsync(new byte[1234], Token);
        await stream.CloseWriteAsync(Token);
        (await stream.ReadOutputToEndAsync(1000, Token)).ShouldBe(("1234\nlate\n", "oh\n"));
        var ended = await bed.Client.Exec.InspectContainerExecAsync(exec.ID, Token);
        (ended.Running, ended.ExitCode, ended.ContainerID).ShouldBe((false, 3, id));
    }

    [Fact]
    public async Task With_a_terminal_all_is_output()
    {
        await using var bed = engine.OpenOrSkip();
        var id = await bed.RunAsync("exec sleep 1000");
        var exec = await bed.Client.Exec.ExecCreateContainerAsync(id, new ContainerExecCreateParameters { Cmd = ["sh", "-c", "echo a; echo b >&2"], Tty = true }, Token);
        await using var stream = await bed.Client.Exec.StartAndAttachContainerExecAsync(exec.ID, tty: true, Token);
        (await stream.ReadOutputToEndAsync(1000, Token)).ShouldBe(("a\r\nb\r\n", ""));
    }

    [Fact]
    public async Task A_process_runs_as_it_was_told()
    {
        await using var bed = engine.OpenOrSkip();
        var id = await bed.RunAsync("exec sleep 1000");
        var exec = await bed.Client.Exec.ExecCreateContainerAsync(
            id, new ContainerExecCreateParameters { Cmd = ["sh", "-c", "id -u; echo $A; echo $PWD"], User = "1654", Env = ["A=b"], WorkingDir = "/tmp" }, Token);
        await using var stream = await bed.Client.Exec.StartAndAttachContainerExecAsync(exec.ID, tty: false, Token);
        (await stream.ReadOutputToEndAsync(1000, Token)).StandardOut.ShouldBe("1654\nb\n/tmp\n");
    }

    [Fact]
    public async Task A_container_that_does_not_run_takes_no_process()
    {
        await using var bed = engine.OpenOrSkip();
        var id = await bed.CreateAsync("true");
        (await Should.ThrowAsync<DockerApiException>(() => bed.Client.Exec.ExecCreateContainerAsync(id, new ContainerExecCreateParameters { Cmd = ["true"] }, Token))).Kind.ShouldBe(DockerErrorKind.Conflict);
        (await Should.ThrowAsync<DockerApiException>(() => bed.Client.Exec.StartAndAttachContainerExecAsync("0123456789ab", tty: false, Token))).Kind.ShouldBe(DockerErrorKind.NotFound);
    }

    /// <summary>Sends <paramref name="text"/> through <c>cat</c> in a container.</summary>
    internal static async Task<string> EchoedAsync(DockerClient client, string container, string text)
    {
        var exec = await client.Exec.ExecCreateContainerAsync(container, new ContainerExecCreateParameters { Cmd = ["cat"], AttachStdin = true }, Token);
        await using var stream = await client.Exec.StartAndAttachContainerExecAsync(exec.ID, tty: false, Token);
        var reading = stream.ReadOutputToEndAsync(10 * 1024 * 1024, Token);
        await stream.WriteAsync(Encoding.UTF8.GetBytes(text), Token);
        await stream.CloseWriteAsync(Token);
        var (output, errors) = await reading;
        errors.ShouldBe("");
        (await client.Exec.InspectContainerExecAsync(exec.ID, Token)).ExitCode.ShouldBe(0);
        return output;
    }
}
