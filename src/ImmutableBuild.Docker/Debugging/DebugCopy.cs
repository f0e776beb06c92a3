using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Docker.Api.Streams;
using ImmutableBuild.Generations.Debugging;

namespace ImmutableBuild.Docker.Debugging;

/// <summary>A copy that runs, and the container with a shell in it or beside it.</summary>
internal sealed class DebugCopy(IDockerClient client, DebugContainers containers, string container, string shell) : IDebugCopy
{
    /// <summary>The exit code of a program that was killed when its copy's time was over: 128 + SIGKILL.</summary>
    private const int Killed = 137;

    private static readonly TimeSpan s_lastOutput = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public string Name => containers.App;

    /// <inheritdoc/>
    public IReadOnlyList<string> Shell => ["docker", "exec", "-it", container, shell];

    /// <inheritdoc/>
    public string Destroy => $"docker rm -f {containers.Limit}";

    /// <inheritdoc/>
    public async Task<int> RunAsync(IReadOnlyList<string> command, Stream input, Stream output, Stream errors, CancellationToken cancellationToken)
    {
        try
        {
            var parameters = new ContainerExecCreateParameters { Cmd = command.Count == 0 ? [shell] : command, AttachStdin = true };
            var program = await client.Exec.ExecCreateContainerAsync(container, parameters, cancellationToken);
            await using var streams = await client.Exec.StartAndAttachContainerExecAsync(program.ID, tty: false, cancellationToken);
            using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            try
            {
                // A pending read of a console can't be cancelled, so it is not waited for: nobody needs what it would still return.
                _ = ForwardAsync(input, streams, over.Token);
                await CopyAsync(streams, output, errors, cancellationToken);
            }
            finally
            {
                await over.CancelAsync();
            }

            return (int)((await Found.OrNullAsync(client.Exec.InspectContainerExecAsync(program.ID, cancellationToken)))?.ExitCode ?? Killed);
        }
        catch (DockerApiException fault)
        {
            throw fault.ToUserError();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await containers.RemoveAsync();

    /// <summary>Copies what the program writes. The engine may keep the connection of one whose container has ended, so the last of it has only a moment then.</summary>
    private async Task CopyAsync(MultiplexedStream streams, Stream output, Stream errors, CancellationToken cancellationToken)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var copying = streams.CopyOutputToAsync(output, errors, late.Token);
        Task ended = Found.OrNullAsync(client.Containers.WaitContainerAsync(container, late.Token));
        try
        {
            await Task.WhenAny(copying, ended);
            if (ended.IsCompletedSuccessfully)
            {
                late.CancelAfter(s_lastOutput);
            }

            await copying;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The exit code, or that there is none any more, tells what became of it.
        }
        finally
        {
            await late.CancelAsync();
            await ended.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task ForwardAsync(Stream input, MultiplexedStream streams, CancellationToken cancellationToken)
    {
        try
        {
            var buffer = new byte[16 * 1024];
            while (await input.ReadAsync(buffer, cancellationToken) is var count and > 0)
            {
                await streams.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            }

            await streams.CloseWriteAsync(cancellationToken);
        }
        catch (Exception fault) when (fault is OperationCanceledException or IOException or DockerApiException or ObjectDisposedException)
        {
            // The program has ended and takes no more input; its exit code tells how.
        }
    }
}
