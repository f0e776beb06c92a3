using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace ImmutableBuild.LoadGenerator;

/// <summary>The connection broke, or the answer was none (RFC 9112); the message is the reason a load reports.</summary>
internal sealed class LoadConnectionException(string message) : Exception(message);

/// <summary>One HTTP/1.1 connection (RFC 9112). Written by hand because HttpClient repeats a request whose connection closed, and that would hide a loss.</summary>
internal sealed class HttpConnection : IDisposable
{
    private const int MaxHead = 64 * 1024;
    private const int MaxBody = 16 * 1024 * 1024;

    private readonly Socket _socket;
    private byte[] _buffer = new byte[8 * 1024];
    private int _start;
    private int _end;

    private HttpConnection(Socket socket) => _socket = socket;

    /// <summary>Whether the latest answer allows another request.</summary>
    public bool KeepsAlive { get; private set; } = true;

    /// <summary>Nothing may arrive between two requests, so anything readable is the end of the connection.</summary>
    public bool WasClosedWhileIdle => _socket.Poll(0, SelectMode.SelectRead);

    public static async Task<HttpConnection> OpenAsync(Uri uri, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(uri.Host, uri.Port, cancellationToken);
            return new HttpConnection(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public async Task<LoadResponse> ExchangeAsync(ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        for (var sent = 0; sent < request.Length;)
        {
            sent += await _socket.SendAsync(request[sent..], cancellationToken);
        }

        var (status, headers) = await ReadHeadAsync(cancellationToken);
        var body = await ReadBodyAsync(status, headers, cancellationToken);
        KeepsAlive = KeepsAlive && !headers.GetValueOrDefault("Connection", "").Contains("close", StringComparison.OrdinalIgnoreCase);
        return new LoadResponse(status, headers, Encoding.UTF8.GetString(body));
    }

    public void Dispose() => _socket.Dispose();

    private async Task<(int Status, Dictionary<string, string> Headers)> ReadHeadAsync(CancellationToken cancellationToken)
    {
        var line = await ReadLineAsync("connection closed before the answer", cancellationToken);
        if (line.Length < 12 || !line.StartsWith("HTTP/1.", StringComparison.Ordinal)
            || !int.TryParse(line.AsSpan(9, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var status))
        {
            throw new LoadConnectionException("the answer is not HTTP/1");
        }

        KeepsAlive = line[7] != '0';
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while ((line = await ReadLineAsync("connection closed in the answer's head", cancellationToken)).Length > 0)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0)
            {
                headers[line[..colon]] = line[(colon + 1)..].Trim();
            }
        }

        return (status, headers);
    }

    private async Task<byte[]> ReadBodyAsync(int status, Dictionary<string, string> headers, CancellationToken cancellationToken)
    {
        const string Cut = "connection closed in the answer's body";
        if (status is 204 or 304)
        {
            return [];
        }

        if (headers.TryGetValue("Content-Length", out var length))
        {
            return await ReadExactlyAsync(Bounded(length, NumberStyles.None), Cut, cancellationToken);
        }

        using var body = new MemoryStream();
        if (headers.GetValueOrDefault("Transfer-Encoding", "").Contains("chunked", StringComparison.OrdinalIgnoreCase))
        {
            int size;
            while ((size = Bounded((await ReadLineAsync(Cut, cancellationToken)).Split(';')[0], NumberStyles.HexNumber)) > 0)
            {
                body.Write(await ReadExactlyAsync(size, Cut, cancellationToken));
                await ReadLineAsync(Cut, cancellationToken);
            }

            while ((await ReadLineAsync(Cut, cancellationToken)).Length > 0)
            {
                // Trailer fields end with an empty line.
            }

            return body.ToArray();
        }

        KeepsAlive = false;
        do
        {
            body.Write(_buffer, _start, _end - _start);
            _start = _end = 0;
        }
        while (body.Length <= MaxBody && await FillAsync(cancellationToken));
        return body.ToArray();
    }

    private async Task<string> ReadLineAsync(string whenCut, CancellationToken cancellationToken)
    {
        int length;
        while ((length = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n"u8)) < 0)
        {
            if (_end - _start > MaxHead)
            {
                throw new LoadConnectionException("the answer's head is too long");
            }

            if (!await FillAsync(cancellationToken))
            {
                throw new LoadConnectionException(whenCut);
            }
        }

        var line = Encoding.Latin1.GetString(_buffer, _start, length);
        _start += length + 2;
        return line;
    }

    private async Task<byte[]> ReadExactlyAsync(int length, string whenCut, CancellationToken cancellationToken)
    {
        while (_end - _start < length)
        {
            if (!await FillAsync(cancellationToken))
            {
                throw new LoadConnectionException(whenCut);
            }
        }

        var bytes = _buffer.AsSpan(_start, length).ToArray();
        _start += length;
        return bytes;
    }

    private async Task<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        var read = await _socket.ReceiveAsync(_buffer.AsMemory(_end), cancellationToken);
        _end += read;
        return read > 0;
    }

    private static int Bounded(string text, NumberStyles style) =>
        int.TryParse(text.Trim(), style, CultureInfo.InvariantCulture, out var value) && value is >= 0 and <= MaxBody
            ? value
            : throw new LoadConnectionException("the answer's length is not a number in bounds");
}
