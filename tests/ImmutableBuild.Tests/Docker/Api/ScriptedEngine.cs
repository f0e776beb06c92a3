using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Api.Calls;
using ImmutableBuild.Docker.Api.Endpoints;
using ImmutableBuild.Docker.Api.Transports;

namespace ImmutableBuild.Tests.Docker.Api;

/// <summary>A request as it came: the first line, the head, and a body with a length.</summary>
internal sealed record ScriptedRequest(string Line, string Head, string Body);

/// <summary>Speaks on a Unix socket what a test wants it to, byte for byte: one request a connection.</summary>
internal sealed class ScriptedEngine : IAsyncDisposable
{
    /// <summary>The head by which an engine hands a connection over.</summary>
    public const string Upgraded = "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n";

    private readonly string _directory = Directory.CreateTempSubdirectory("ib-engine-").FullName;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _ends = new();
    private readonly Task _accepting;

    public ScriptedEngine()
    {
        Endpoint = new UnixSocketEndpoint(Path.Combine(_directory, "e.sock"));
        _listener.Bind(new UnixDomainSocketEndPoint(Endpoint.Path));
        _listener.Listen();
        _accepting = AcceptAsync();
    }

    public UnixSocketEndpoint Endpoint { get; }

    public string PingReply { get; set; } = Reply("200 OK", "OK", "Api-Version: 1.41\r\n");

    public string VersionReply { get; set; } = Reply("200 OK", """{"Version":"20.10.24","ApiVersion":"1.41","MinAPIVersion":"1.12"}""");

    /// <summary>Answers what is neither ping nor version.</summary>
    public Func<ScriptedRequest, Stream, CancellationToken, Task> Answer { get; set; } = static (_, stream, token) => SendAsync(stream, Reply("200 OK", "{}"), token);

    public ConcurrentQueue<ScriptedRequest> Requests { get; } = new();

    public static string Reply(string status, string body, string head = "") => $"HTTP/1.1 {status}\r\nConnection: close\r\n{head}Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}";

    public static Task SendAsync(Stream stream, string text, CancellationToken cancellationToken) => stream.WriteAsync(Encoding.Latin1.GetBytes(text), cancellationToken).AsTask();

    /// <summary>Answers everything with <paramref name="reply"/>.</summary>
    public void Always(string reply) => Answer = (_, stream, token) => SendAsync(stream, reply, token);

    /// <summary>A client that is connected.</summary>
    public Task<DockerClient> ConnectAsync(EngineLimits? limits = null) =>
        DockerClient.ConnectAsync(Endpoint, EngineTransports.To(Endpoint), limits ?? EngineLimits.Default, TimeProvider.System, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _ends.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _ends.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>Serves one connection, whichever it came by.</summary>
    public async Task ServeAsync(Stream stream, CancellationToken cancellationToken)
    {
        var request = await ReadAsync(stream, cancellationToken);
        Requests.Enqueue(request);
        await (request.Line switch
        {
            "GET /_ping HTTP/1.1" => SendAsync(stream, PingReply, cancellationToken),
            "GET /version HTTP/1.1" => SendAsync(stream, VersionReply, cancellationToken),
            _ => Answer(request, stream, cancellationToken),
        });
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                serving.Add(ServeAndCloseAsync(await _listener.AcceptAsync(_ends.Token)));
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAndCloseAsync(Socket socket)
    {
        try
        {
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            await ServeAsync(stream, _ends.Token);
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException)
        {
            // The client went away, or the test has ended.
        }
    }

    private static async Task<ScriptedRequest> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, cancellationToken) == 0)
            {
                throw new IOException("no request");
            }

            head.Append((char)one[0]);
        }

        var lines = head.ToString().Split("\r\n");
        var length = lines.FirstOrDefault(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)) is { } found ? int.Parse(found[15..]) : 0;
        var chunked = lines.Any(line => line.StartsWith("Transfer-Encoding: chunked", StringComparison.OrdinalIgnoreCase));
        var body = new byte[length];
        await stream.ReadExactlyAsync(body, cancellationToken);
        return new ScriptedRequest(lines[0], head.ToString(), chunked ? await ChunksAsync(stream, cancellationToken) : Encoding.UTF8.GetString(body));
    }

    private static async Task<string> ChunksAsync(Stream stream, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        var one = new byte[1];
        while (!text.ToString().EndsWith("0\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(one, cancellationToken) > 0)
        {
            text.Append((char)one[0]);
        }

        return text.ToString();
    }
}
