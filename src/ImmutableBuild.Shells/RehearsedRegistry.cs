using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;

namespace ImmutableBuild.Shells;

/// <summary>A registry for a <see cref="Rehearsal"/>: has nothing at first, takes everything, remembers manifests, and is reached without a network.</summary>
internal sealed class RehearsedRegistry : HttpMessageHandler
{
    private readonly ConcurrentDictionary<string, (byte[] Bytes, MediaTypeHeaderValue? Type)> _manifests = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.AbsolutePath;
        var response = await AnswerAsync(request, path, cancellationToken);
        response.RequestMessage = request;
        return response;
    }

    private async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, string path, CancellationToken cancellationToken)
    {
        if (request.Method == HttpMethod.Post)
        {
            return new HttpResponseMessage(HttpStatusCode.Accepted) { Headers = { Location = new Uri($"{path}1", UriKind.Relative) } };
        }

        if (request.Method == HttpMethod.Put)
        {
            var bytes = request.Content is { } content ? await content.ReadAsByteArrayAsync(cancellationToken) : [];
            if (path.Contains("/manifests/", StringComparison.Ordinal))
            {
                _manifests[path] = (bytes, request.Content?.Headers.ContentType);
            }

            return new HttpResponseMessage(HttpStatusCode.Created);
        }

        if (!_manifests.TryGetValue(path, out var manifest))
        {
            return new HttpResponseMessage(HttpStatusCode.NotFound);
        }

        var found = new ByteArrayContent(manifest.Bytes);
        found.Headers.ContentType = manifest.Type;
        return new HttpResponseMessage(HttpStatusCode.OK) { Content = found };
    }
}
