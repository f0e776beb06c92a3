using System.Net;

namespace ImmutableBuild.Gateway.Forwarding;

/// <summary>
/// A client's request body on its way to an instance over HTTP/2, passed on as it comes. It can be sent once: from the moment it is
/// asked for, neither this gateway nor <see cref="SocketsHttpHandler"/> sends the request again, which is why requests that must not
/// be sent twice carry one even when it is empty.
/// </summary>
internal sealed class RequestBody(Exchange exchange) : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (exchange.BodyStarted)
        {
            throw new InvalidOperationException("A request body is sent once.");
        }

        exchange.BodyStarted = true;
        if (!exchange.HasBody)
        {
            return;
        }

        var source = exchange.Http.Request.BodyReader;
        while (true)
        {
            var reading = source.ReadAsync(cancellationToken);
            if (!reading.IsCompleted)
            {
                // Nothing more has come yet: what did goes on now rather than waiting for a full buffer.
                await stream.FlushAsync(cancellationToken);
            }

            var read = await exchange.FromClientAsync(reading);
            foreach (var part in read.Buffer)
            {
                await stream.WriteAsync(part, cancellationToken);
            }

            source.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return;
            }
        }
    }

    protected override bool TryComputeLength(out long computed)
    {
        computed = exchange.HasBody ? exchange.BodyLength ?? 0 : 0;
        return !exchange.HasBody || exchange.BodyLength is not null;
    }
}
