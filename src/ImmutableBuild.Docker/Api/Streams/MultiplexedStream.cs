using System.Buffers.Binary;
using System.Text;
using ImmutableBuild.Docker.Api.Calls;

namespace ImmutableBuild.Docker.Api.Streams;

/// <summary>
/// Output and errors of a process, told apart, and its input. Without a terminal the engine puts eight bytes before each piece: whose it is,
/// three zeros, and its length. An engine that dies looks like the end; ask <c>InspectContainerExecAsync</c> how the process ended.
/// </summary>
/// <param name="stream">The connection; disposed with this.</param>
/// <param name="multiplexed">False where the process has a terminal: then all is output.</param>
internal sealed class MultiplexedStream(CallStream stream, bool multiplexed) : IAsyncDisposable
{
    private const int HeaderBytes = 8;

    // The engine writes pieces of at most some ten KiB. Nothing is set aside for a piece, so this only tells a stream that isn't one.
    private const int LargestPiece = 64 * 1024 * 1024;

    private const int SystemError = 3;
    private const int LargestSystemError = 4096;

    private readonly byte[] _header = new byte[HeaderBytes];
    private StreamTarget _target = StreamTarget.StandardOut;
    private int _left;

    /// <summary>Reads the next bytes of one of the streams.</summary>
    public async ValueTask<ReadResult> ReadOutputAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (!multiplexed)
        {
            return new ReadResult(StreamTarget.StandardOut, await stream.ReadAsync(buffer, cancellationToken));
        }

        while (_left == 0)
        {
            if (!await ReadHeaderAsync(cancellationToken))
            {
                return new ReadResult(_target, 0);
            }
        }

        var count = await stream.ReadAsync(buffer[..Math.Min(buffer.Length, _left)], cancellationToken);
        if (count == 0)
        {
            throw Cut();
        }

        _left -= count;
        return new ReadResult(_target, count);
    }

    /// <summary>Writes to the process' input.</summary>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken) => stream.WriteAsync(buffer, cancellationToken);

    /// <summary>Ends the process' input; its output goes on.</summary>
    public ValueTask CloseWriteAsync(CancellationToken cancellationToken) => stream.CloseWriteAsync(cancellationToken);

    /// <summary>Copies everything until the end.</summary>
    public async Task CopyOutputToAsync(Stream standardOut, Stream standardError, CancellationToken cancellationToken)
    {
        var buffer = new byte[32 * 1024];
        while (await ReadOutputAsync(buffer, cancellationToken) is { EOF: false } read)
        {
            await (read.Target == StreamTarget.StandardError ? standardError : standardOut).WriteAsync(buffer.AsMemory(0, read.Count), cancellationToken);
        }
    }

    /// <summary>Everything until the end as text; throws when both together are more than <paramref name="maximum"/> bytes.</summary>
    public async Task<(string StandardOut, string StandardError)> ReadOutputToEndAsync(int maximum, CancellationToken cancellationToken)
    {
        var (output, errors) = (new MemoryStream(), new MemoryStream());
        var buffer = new byte[16 * 1024];
        while (await ReadOutputAsync(buffer, cancellationToken) is { EOF: false } read)
        {
            if (output.Length + errors.Length + read.Count > maximum)
            {
                throw CallFaults.NotUnderstood(stream.Operation, $"more than {maximum} bytes of output");
            }

            (read.Target == StreamTarget.StandardError ? errors : output).Write(buffer, 0, read.Count);
        }

        return (Encoding.UTF8.GetString(output.ToArray()), Encoding.UTF8.GetString(errors.ToArray()));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private async ValueTask<bool> ReadHeaderAsync(CancellationToken cancellationToken)
    {
        var have = await FillAsync(_header, cancellationToken);
        if (have == 0)
        {
            return false;
        }

        if (have < HeaderBytes)
        {
            throw Cut();
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(_header.AsSpan(4));
        if (_header[0] > SystemError || _header[1] != 0 || _header[2] != 0 || _header[3] != 0 || length > LargestPiece)
        {
            throw CallFaults.NotUnderstood(stream.Operation, $"a piece of the stream that begins with {Convert.ToHexStringLower(_header)}");
        }

        if (_header[0] == SystemError)
        {
            throw await SystemErrorAsync((int)Math.Min(length, LargestSystemError), cancellationToken);
        }

        (_target, _left) = ((StreamTarget)_header[0], (int)length);
        return true;
    }

    private async Task<DockerApiException> SystemErrorAsync(int length, CancellationToken cancellationToken)
    {
        var text = new byte[length];
        var have = await FillAsync(text, cancellationToken);
        return new DockerApiException(DockerErrorKind.EngineFault, stream.Operation, null, Encoding.UTF8.GetString(text, 0, have));
    }

    private async ValueTask<int> FillAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);

    private DockerApiException Cut() => new(DockerErrorKind.NoReply, stream.Operation, null, "the stream was cut in the middle of a piece");
}
