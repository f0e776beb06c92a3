using System.Text;
using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Docker.Api.Streams;

namespace ImmutableBuild.Docker.Gateways;

/// <summary>
/// A connection to the control socket of a gateway in a container, through a program that the engine starts beside it: whoever may use
/// the engine may control the gateway, also a remote one, and no port is open for it.
/// </summary>
internal sealed class ControlStream : Stream
{
    private const int MostWords = 4096;

    private readonly MultiplexedStream _program;
    private readonly StringBuilder _words = new();

    private ControlStream(MultiplexedStream program) => _program = program;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Opens one. Throws <see cref="IOException"/> when the container doesn't run or the engine doesn't answer.</summary>
    public static async ValueTask<Stream> OpenAsync(IDockerClient client, string container, CancellationToken cancellationToken)
    {
        try
        {
            var program = await client.Exec.ExecCreateContainerAsync(container, new ContainerExecCreateParameters { Cmd = GatewayCommand.Connect, AttachStdin = true }, cancellationToken);
            return new ControlStream(await client.Exec.StartAndAttachContainerExecAsync(program.ID, tty: false, cancellationToken));
        }
        catch (DockerApiException fault)
        {
            throw new IOException(fault.Message, fault);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            return 0;
        }

        try
        {
            while (await _program.ReadOutputAsync(buffer, cancellationToken) is { EOF: false } read)
            {
                if (read.Target != StreamTarget.StandardError)
                {
                    return read.Count;
                }

                Note(buffer.Span[..read.Count]);
            }
        }
        catch (DockerApiException fault)
        {
            throw new IOException(fault.Message, fault);
        }

        return _words.Length == 0 ? 0 : throw new IOException(_words.ToString().Trim());
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await _program.WriteAsync(buffer, cancellationToken);
        }
        catch (DockerApiException fault)
        {
            throw new IOException(fault.Message, fault);
        }
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await _program.DisposeAsync();
        await base.DisposeAsync();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            // The connection is closed without waiting for anything.
            _ = _program.DisposeAsync().AsTask();
        }

        base.Dispose(disposing);
    }

    private void Note(ReadOnlySpan<byte> words)
    {
        if (_words.Length < MostWords)
        {
            _words.Append(Encoding.UTF8.GetString(words));
        }
    }
}
