using System.IO.Pipelines;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace ImmutableBuild.Gateway.Forwarding;

/// <summary>
/// Passes what an instance answered over HTTP/2 on as it comes, but for the fields of one connection only. Bytes wait only while more
/// are already here, so an event of a stream leaves at once, and a small response leaves with its head in one write.
/// </summary>
internal static class Http2Response
{
    private const int SmallBytes = 4 * 1024;
    private const int LargeBytes = 64 * 1024;

    /// <summary>Sets status and fields. Nothing is sent yet.</summary>
    public static void CopyHead(HttpResponseMessage source, HttpContext http)
    {
        var target = http.Response;
        target.StatusCode = (int)source.StatusCode;
        if (source.ReasonPhrase is { Length: > 0 } reason && http.Features.Get<IHttpResponseFeature>() is { } feature)
        {
            feature.ReasonPhrase = reason;
        }

        var connection = source.Headers.NonValidated.TryGetValues("Connection", out var listed) ? Values(listed) : StringValues.Empty;
        CopyFields(source.Headers.NonValidated, target.Headers, connection);
        CopyFields(source.Content.Headers.NonValidated, target.Headers, connection);
        if (target.StatusCode is StatusCodes.Status204NoContent or StatusCodes.Status101SwitchingProtocols)
        {
            // RFC 9110, 8.6: these never have it.
            target.ContentLength = null;
        }
    }

    /// <summary>Copies until the instance ends the stream, also where a length told before: trailers come after it.</summary>
    public static async ValueTask RelayAsync(HttpResponseMessage source, HttpResponse target, CancellationToken cancellationToken)
    {
        await target.StartAsync(cancellationToken);
        var body = source.Content.ReadAsStream(cancellationToken);
        var writer = target.BodyWriter;
        var unsent = 1;
        var size = SmallBytes;
        while (true)
        {
            // A read of nothing waits for data without holding a buffer meanwhile.
            var ready = body.ReadAsync(Memory<byte>.Empty, cancellationToken);
            if (!ready.IsCompletedSuccessfully)
            {
                unsent = await FlushAsync(writer, unsent, cancellationToken);
            }

            await ready;
            var memory = writer.GetMemory(size);
            var count = await body.ReadAsync(memory, cancellationToken);
            if (count == 0)
            {
                await FlushAsync(writer, unsent, cancellationToken);
                return;
            }

            writer.Advance(count);
            unsent += count;
            size = count == memory.Length ? LargeBytes : size;
            if (unsent >= LargeBytes)
            {
                unsent = await FlushAsync(writer, unsent, cancellationToken);
            }
        }
    }

    /// <summary>Passes trailers on where the client's protocol has a place for them.</summary>
    public static void CopyTrailers(HttpResponseMessage source, HttpContext http)
    {
        if (http.Features.Get<IHttpResponseTrailersFeature>() is not { Trailers.IsReadOnly: false } feature)
        {
            return;
        }

        foreach (var (name, values) in source.TrailingHeaders.NonValidated)
        {
            if (!Hops.Are(name))
            {
                feature.Trailers[name] = Values(values);
            }
        }
    }

    private static void CopyFields(HttpHeadersNonValidated fields, IHeaderDictionary target, StringValues connection)
    {
        foreach (var (name, values) in fields)
        {
            if (!Hops.Are(name) && (connection.Count == 0 || !Hops.Listed(connection, name)))
            {
                target[name] = Values(values);
            }
        }
    }

    private static StringValues Values(HeaderStringValues values) => values.Count == 1 ? new StringValues(values.ToString()) : new StringValues([.. values]);

    private static async ValueTask<int> FlushAsync(PipeWriter writer, int unsent, CancellationToken cancellationToken)
    {
        if (unsent > 0)
        {
            await writer.FlushAsync(cancellationToken);
        }

        return 0;
    }
}
