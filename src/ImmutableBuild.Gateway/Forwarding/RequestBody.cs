using System.Buffers;
using System.Net;

namespace ImmutableBuild.Gateway.Forwarding;

/// <summary>
/// A client's request body on its way to an instance, passed on as it comes. It can be sent once: from the moment it is asked for,
/// neither this gateway nor <see cref="SocketsHttpHandler"/> sends the request again, which is why requests that must not be sent
/// twice carry one even when it is empty.
/// </summary>
internal sealed class RequestBody(Stream source, long? length) : HttpContent
{
    private const int BufferBytes = 32 * 1024;

    /// <summary>Whether any of it may have been read.</summary>
    public bool Started { get; private set; }

    /// <summary>What reading it from the client threw; the fault is then the client's, not the instance's.</summary>
    public Exception? ClientFault { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (Started)
        {
            throw new InvalidOperationException("A request body is sent once.");
        }

        Started = true;
        if (length == 0)
        {
            return;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            while (true)
            {
                var reading = source.ReadAsync(buffer, cancellationToken);
                if (!reading.IsCompleted)
                {
                    // Nothing more has come yet: what did goes on now rather than waiting for a full buffer.
                    await stream.FlushAsync(cancellationToken);
                }

                var count = await ReadAsync(reading);
                if (count == 0)
                {
                    return;
                }

                await stream.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    protected override bool TryComputeLength(out long computed)
    {
        computed = length ?? 0;
        return length is not null;
    }

    private async ValueTask<int> ReadAsync(ValueTask<int> reading)
    {
        try
        {
            return await reading;
        }
        catch (Exception fault)
        {
            ClientFault = fault;
            throw;
        }
    }
}
