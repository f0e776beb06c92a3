using System.Collections.Concurrent;
using System.Net;
using System.Net.WebSockets;
using ImmutableBuild.LoadGenerator;

namespace ImmutableBuild.IntegrationTests.Rig;

/// <summary>
/// Users of every kind at once: HTTP/1.1 over kept connections at a steady rate, and HTTP/2, WebSockets, server-sent events and uploads one after
/// another without end. Each session is short, so none outlives a drain, and each has to go well from its beginning to its end.
/// </summary>
internal sealed class MixedLoad : IAsyncDisposable
{
    private const int UploadBytes = 256 * 1024;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(30);

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, int> _done = new();
    private readonly ConcurrentQueue<string> _failures = new();
    private readonly HttpClient _http1;
    private readonly HttpClient _http2;
    private readonly OpenLoopLoad _steady;
    private readonly Task _sessions;

    private MixedLoad(Uri app, OpenLoopLoad steady)
    {
        _steady = steady;
        _http1 = Client(app, HttpVersion.Version11);
        _http2 = Client(app, HttpVersion.Version20);
        _sessions = Task.WhenAll(
            RepeatAsync("HTTP/2", AskAsync),
            RepeatAsync("WebSocket", cancellationToken => EchoAsync(app, cancellationToken)),
            RepeatAsync("events", ListenAsync),
            RepeatAsync("upload", cancellationToken => UploadAsync(_http1, cancellationToken)),
            RepeatAsync("upload over HTTP/2", cancellationToken => UploadAsync(_http2, cancellationToken)));
    }

    /// <summary>Begins, and returns once the first request was answered.</summary>
    public static async Task<MixedLoad> StartAsync(Uri app, double perSecond) =>
        new(app, await OpenLoopLoad.StartAsync(new Uri(app, "/whoami"), perSecond, cancellationToken: TestContext.Current.CancellationToken));

    /// <summary>Lets every session end, and says what became of them: how many of each kind went well, and what was wrong with the others.</summary>
    public async Task<(IReadOnlyDictionary<string, int> Done, IReadOnlyList<string> Failures)> StopAsync()
    {
        await _stop.CancelAsync();
        var steady = await _steady.StopAsync();
        await _sessions;
        _done["HTTP/1.1"] = (int)steady.Succeeded;
        return (_done, [.. _failures, .. steady.Failures.Select(failure => $"HTTP/1.1: {failure.Key}, {failure.Value} times")]);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _steady.DisposeAsync();
        _http1.Dispose();
        _http2.Dispose();
        _stop.Dispose();
    }

    // Whoever has read enough of a stream leaves it at once, and doesn't listen on for two seconds.
    private static HttpClient Client(Uri app, Version version) =>
        new(new SocketsHttpHandler { UseProxy = false, MaxResponseDrainSize = 0 }) { BaseAddress = app, DefaultRequestVersion = version, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact, Timeout = s_patience };

    private async Task RepeatAsync(string kind, Func<CancellationToken, Task> session)
    {
        _done[kind] = 0;
        while (!_stop.IsCancellationRequested)
        {
            using var late = new CancellationTokenSource(s_patience);
            try
            {
                await session(late.Token);
                _done[kind]++;
            }
            catch (Exception fault)
            {
                _failures.Enqueue($"{kind}: {fault.GetType().Name}: {fault.Message}");
            }

            await Task.Delay(s_moment, CancellationToken.None);
        }
    }

    private async Task AskAsync(CancellationToken cancellationToken) => Demand((await _http2.GetStringAsync("/", cancellationToken)) == "hello");

    private static async Task EchoAsync(Uri app, CancellationToken cancellationToken)
    {
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(app) { Scheme = "ws", Path = "/ws" }.Uri, cancellationToken);
        var answer = new byte[16];
        for (byte number = 0; number < 5; number++)
        {
            await socket.SendAsync(new[] { number }, WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);
            var received = await socket.ReceiveAsync(answer, cancellationToken);
            Demand(received is { MessageType: WebSocketMessageType.Binary, Count: 1 } && answer[0] == number);
            await Task.Delay(s_moment, cancellationToken);
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, cancellationToken);
        Demand(socket.CloseStatus == WebSocketCloseStatus.NormalClosure);
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        using var response = await _http1.GetAsync($"/sse?ms={s_moment.TotalMilliseconds}", HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        for (var number = 0; number < 5; number++)
        {
            Demand(await lines.ReadLineAsync(cancellationToken) == $"data: {number}");
            Demand(await lines.ReadLineAsync(cancellationToken) == "");
        }
    }

    private static async Task UploadAsync(HttpClient http, CancellationToken cancellationToken)
    {
        using var body = new SlowBody();
        using var response = await http.PostAsync(new Uri("/upload", UriKind.Relative), body, cancellationToken);
        Demand(response.IsSuccessStatusCode && await response.Content.ReadAsStringAsync(cancellationToken) == $"{UploadBytes}");
    }

    private static void Demand(bool isRight)
    {
        if (!isRight)
        {
            throw new InvalidDataException("not the answer it should be");
        }
    }

    private sealed class SlowBody : HttpContent
    {
        private const int Parts = 4;

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            for (var part = 0; part < Parts; part++)
            {
                await stream.WriteAsync(new byte[UploadBytes / Parts]);
                await stream.FlushAsync();
                await Task.Delay(s_moment);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = UploadBytes;
            return true;
        }
    }
}
