using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace ImmutableBuild.Gateway.Forwarding;

/// <summary>Copies what an instance answered to the client's response, but for the fields of one connection only.</summary>
internal static class ResponseHead
{
    /// <summary>Sets status and fields. Nothing is sent yet.</summary>
    public static void Copy(HttpResponseMessage source, HttpContext http)
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

    /// <summary>Passes trailers on where the client's protocol has a place for them.</summary>
    public static void CopyTrailers(HttpResponseMessage source, HttpContext http)
    {
        if (http.Features.Get<IHttpResponseTrailersFeature>() is not { Trailers.IsReadOnly: false } feature)
        {
            return;
        }

        foreach (var (name, values) in source.TrailingHeaders.NonValidated)
        {
            feature.Trailers[name] = Values(values);
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
}
