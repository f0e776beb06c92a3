using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ImmutableBuild.Images;

namespace ImmutableBuild.Shells;

/// <summary>
/// A registry for a <see cref="Rehearsal"/>, on a free port of the loopback address: has nothing at first, and takes and remembers everything until it is disposed of. Other programs of
/// the machine may connect to it as well; what they send is bounded, and no connection of theirs outlasts it.
/// </summary>
internal sealed class RehearsedRegistry : IAsyncDisposable
{
    // More than all of a rehearsal's requests together.
    private const int LongestRequest = 1024 * 1024;

    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentDictionary<string, (string Type, byte[] Bytes)> _content = new(StringComparer.Ordinal);
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _serving;

    /// <summary>Listens.</summary>
    public RehearsedRegistry()
    {
        _listener.Start();
        _serving = AcceptAsync();
    }

    /// <summary>Its name in a reference.</summary>
    public string Host => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>Reaches it, whatever proxy the build has.</summary>
    public static HttpMessageHandler Connect() => new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false };

    /// <summary>Has an image of a layout from now on, as if it had been pushed.</summary>
    public async Task HoldAsync(OciLayout layout, Digest image, string repository, string tag, CancellationToken cancellationToken)
    {
        foreach (var blob in layout.BlobFiles())
        {
            _content[$"/v2/{repository}/blobs/sha256:{Path.GetFileName(blob)}"] = ("application/octet-stream", await File.ReadAllBytesAsync(blob, cancellationToken));
        }

        var manifest = await layout.ReadManifestContentAsync(image, cancellationToken);
        _content[$"/v2/{repository}/manifests/{image}"] = _content[$"/v2/{repository}/manifests/{tag}"] = (manifest.MediaType, manifest.Bytes.ToArray());
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _serving;
        _listener.Dispose();
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_end.Token)));
            }
        }
        catch (Exception ended) when (ended is SocketException or OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        var (stream, requests) = (client.GetStream(), PipeReader.Create(client.GetStream()));
        try
        {
            while (await requests.ReadAsync(_end.Token) is { Buffer: { IsEmpty: false, Length: <= LongestRequest } buffer, IsCompleted: var isLast })
            {
                if (Request.TryTake(ref buffer) is { } request)
                {
                    await stream.WriteAsync(Answer(request), _end.Token);
                    requests.AdvanceTo(buffer.Start);
                }
                else if (!isLast)
                {
                    requests.AdvanceTo(buffer.Start, buffer.End);
                }
                else
                {
                    break;
                }
            }
        }
        catch (Exception ended) when (ended is IOException or InvalidDataException or OperationCanceledException)
        {
            // The client has gone, or is none of the rehearsal's, or the rehearsal is over.
        }
    }

    private byte[] Answer(Request request)
    {
        switch (request.Method)
        {
            case "POST":
                return Head("202 Accepted", 0, $"Location: {request.Path}1\r\n");
            case "PUT":
                _content[request.Place] = (request.Type, request.Content);
                return Head("201 Created", 0);
            default:
                return !_content.TryGetValue(request.Place, out var found) ? Head("404 Not Found", 0)
                    : [.. Head("200 OK", found.Bytes.Length, $"Content-Type: {found.Type}\r\n"), .. request.Method == "HEAD" ? [] : found.Bytes];
        }
    }

    private static byte[] Head(string status, int length, string fields = "") => Encoding.Latin1.GetBytes($"HTTP/1.1 {status}\r\n{fields}Content-Length: {length}\r\n\r\n");

    private sealed record Request(string Method, string Path, string Place, string Type, byte[] Content)
    {
        /// <summary>Takes a request from the front of what has come; null, and nothing taken, while it is not all there. Throws where it is none.</summary>
        public static Request? TryTake(ref ReadOnlySequence<byte> received)
        {
            var reader = new SequenceReader<byte>(received);
            if (!reader.TryReadTo(out ReadOnlySequence<byte> head, "\r\n\r\n"u8))
            {
                return null;
            }

            var lines = Encoding.Latin1.GetString(head).Split("\r\n");
            if (lines[0].Split(' ') is not [var method, var address, _] || !int.TryParse(Field(lines, "Content-Length") ?? "0", NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length > LongestRequest)
            {
                throw new InvalidDataException($"'{lines[0]}' begins no request of a rehearsal.");
            }

            var content = new byte[length];
            if (!reader.TryCopyTo(content))
            {
                return null;
            }

            received = received.Slice(reader.Consumed + content.Length);
            var target = address.Split('?');
            return new Request(method, target[0], PlaceOf(target), Field(lines, "Content-Type") ?? "application/octet-stream", content);
        }

        // A blob is put to where its upload began, with its digest in the query, and later asked for by that.
        private static string PlaceOf(string[] target) =>
            target is [var path, var query] && query.StartsWith("digest=", StringComparison.Ordinal) ? path.Split("uploads/")[0] + Uri.UnescapeDataString(query["digest=".Length..])
            : target[0];

        private static string? Field(string[] lines, string name) =>
            lines.FirstOrDefault(line => line.StartsWith($"{name}:", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim();
    }
}
