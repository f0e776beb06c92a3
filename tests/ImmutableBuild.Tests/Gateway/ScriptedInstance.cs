using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ImmutableBuild.Tests.Gateway;

/// <summary>A server on one cleartext port that answers HTTP/1.1 and HTTP/2 as it is told, and keeps what it was asked.</summary>
internal sealed class ScriptedInstance : IDisposable
{
    private const int FrameHeadBytes = 9;
    private const byte Headers = 1;
    private const byte Settings = 4;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public ScriptedInstance()
    {
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The status of the next answer over HTTP/1.1; null hangs up.</summary>
    public Func<int?> Http1 { get; set; } = () => 200;

    /// <summary>The status of the next answer over HTTP/2; null for one that doesn't speak it.</summary>
    public Func<int?> Http2 { get; set; } = () => 200;

    /// <summary>The generation it says it is.</summary>
    public string? Names { get; set; }

    /// <summary>Connections that began with the preface of HTTP/2.</summary>
    public int Prefaces { get; private set; }

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync());
            }
            catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var owned = client;
        try
        {
            var stream = client.GetStream();
            var first = new byte[4];
            await stream.ReadExactlyAsync(first);
            await (first.AsSpan().SequenceEqual("PRI "u8) ? AnswerHttp2Async(stream) : AnswerHttp1Async(stream));
        }
        catch (IOException)
        {
            // The client has left.
        }
    }

    private async Task AnswerHttp1Async(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        while (await reader.ReadLineAsync() is { Length: > 0 })
        {
        }

        if (Http1() is { } status)
        {
            var identity = Names is null ? "" : $"Immutable-Generation: {Names}\r\n";
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status} As told\r\n{identity}Content-Length: 0\r\nConnection: close\r\n\r\n"));
        }
    }

    private async Task AnswerHttp2Async(NetworkStream stream)
    {
        const int RestOfPreface = 20;
        Prefaces++;
        await stream.ReadExactlyAsync(new byte[RestOfPreface]);
        if (Http2() is not { } status)
        {
            return;
        }

        await stream.WriteAsync(Frame(Settings, 0, 0, []));
        var head = new byte[FrameHeadBytes];
        while (true)
        {
            await stream.ReadExactlyAsync(head);
            await stream.ReadExactlyAsync(new byte[(head[0] << 16) | (head[1] << 8) | head[2]]);
            if (head[3] == Headers)
            {
                // Literal field without indexing, name 8 of the static table: ":status" (RFC 7541, 6.2.2). Flags: END_STREAM, END_HEADERS.
                await stream.WriteAsync(Frame(Headers, 5, head[8], [0x08, 3, .. Encoding.ASCII.GetBytes(status.ToString())]));
            }
        }
    }

    private static byte[] Frame(byte type, byte flags, byte streamId, byte[] payload) => [0, 0, (byte)payload.Length, type, flags, 0, 0, 0, streamId, .. payload];
}
