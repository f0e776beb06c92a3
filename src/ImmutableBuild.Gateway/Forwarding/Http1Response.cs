using System.Buffers;
using System.IO.Pipelines;
using ImmutableBuild.Gateway.Http1;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace ImmutableBuild.Gateway.Forwarding;

/// <summary>
/// Passes what an instance answered over HTTP/1.1 on as it comes. Bytes wait only while more are already here, so an event of a
/// stream leaves at once, and a small response leaves with its head in one write.
/// </summary>
internal static class Http1Response
{
    private const int LargeBytes = 64 * 1024;

    /// <summary>Sets status and fields, but for those of one connection only. Nothing is sent yet.</summary>
    public static void CopyHead(ResponseReader source, HttpContext http)
    {
        var target = http.Response;
        target.StatusCode = source.Status;
        if (source.Reason is { } reason && http.Features.Get<IHttpResponseFeature>() is { } feature)
        {
            feature.ReasonPhrase = reason;
        }

        for (var index = 0; index < source.Fields.Count; index++)
        {
            var field = source.Fields[index];
            if (!field.IsHop && !Hops.Listed(source.Connection, field.Name))
            {
                Add(target.Headers, field.Name, field.Value);
            }
        }

        if (source.Framing == BodyFraming.Chunked || source.Status is StatusCodes.Status204NoContent or StatusCodes.Status101SwitchingProtocols)
        {
            // RFC 9112, 6.3: a transfer coding overrides it; RFC 9110, 8.6: these statuses never have it.
            target.ContentLength = null;
        }
    }

    /// <summary>Copies until the instance's body ends. Throws <see cref="IOException"/> when it ends too early.</summary>
    public static async ValueTask RelayAsync(InstanceConnection connection, ResponseReader response, HttpContext http, CancellationToken cancellationToken)
    {
        await http.Response.StartAsync(cancellationToken);
        var writer = http.Response.BodyWriter;
        var left = response.Framing == BodyFraming.Length ? response.Length : long.MaxValue;
        var chunks = default(ChunkedBody);
        var (unsent, headIsSent) = (1, false);
        while (true)
        {
            unsent += response.Framing == BodyFraming.Chunked ? TakeChunks(connection, writer, ref chunks) : Take(connection, writer, ref left);
            if (left == 0 || (chunks.IsAtTrailers && HasTrailers(connection, response)))
            {
                break;
            }

            if (unsent >= LargeBytes)
            {
                await writer.FlushAsync(cancellationToken);
                (unsent, headIsSent) = (0, true);
                connection.Widen();
            }

            var receiving = connection.ReceiveAsync();
            if (unsent > 0 && !receiving.IsCompleted)
            {
                await writer.FlushAsync(cancellationToken);
                (unsent, headIsSent) = (0, true);
            }

            if (await receiving == 0)
            {
                End(response);
                break;
            }
        }

        // Where the head was not sent yet, nothing is flushed here: the server then sends head and body in one write, which is less work.
        if (headIsSent && unsent > 0)
        {
            await writer.FlushAsync(cancellationToken);
        }

        CopyTrailers(response, http);
    }

    private static int Take(InstanceConnection connection, PipeWriter writer, ref long left)
    {
        var unread = connection.Unread;
        var count = (int)Math.Min(left, unread.Length);
        writer.Write(unread[..count]);
        connection.Consume(count);
        left -= count;
        return count;
    }

    private static int TakeChunks(InstanceConnection connection, PipeWriter writer, ref ChunkedBody chunks)
    {
        var total = 0;
        while (chunks.Take(connection.Unread, out var data) is var taken and > 0)
        {
            writer.Write(data);
            connection.Consume(taken);
            total += data.Length;
        }

        return total;
    }

    private static bool HasTrailers(InstanceConnection connection, ResponseReader response)
    {
        var length = response.ReadFields(connection.Unread);
        connection.Consume(length);
        return length > 0;
    }

    private static void End(ResponseReader response)
    {
        if (response.Framing != BodyFraming.UntilClosed)
        {
            throw new IOException("The instance closed the connection before its response ended.");
        }
    }

    /// <summary>Passes trailers on where the client's protocol has a place for them.</summary>
    private static void CopyTrailers(ResponseReader response, HttpContext http)
    {
        if (response.Framing != BodyFraming.Chunked
            || response.Fields.Count == 0
            || http.Features.Get<IHttpResponseTrailersFeature>() is not { Trailers.IsReadOnly: false } feature)
        {
            return;
        }

        for (var index = 0; index < response.Fields.Count; index++)
        {
            if (response.Fields[index] is var field && !Hops.Are(field.Name))
            {
                Add(feature.Trailers, field.Name, field.Value);
            }
        }
    }

    private static void Add(IHeaderDictionary fields, string name, string value) =>
        fields[name] = fields.TryGetValue(name, out var before) ? StringValues.Concat(before, value) : value;
}
