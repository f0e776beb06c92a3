using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using ImmutableBuild.Docker.Api.Endpoints;

namespace ImmutableBuild.IntegrationTests.Docker;

/// <summary>What happens to a call on its way to the engine.</summary>
public enum CallFault
{
    /// <summary>It never gets there.</summary>
    CutBefore,

    /// <summary>The engine does it, and nobody hears of it.</summary>
    CutAfter,

    /// <summary>It takes its time.</summary>
    Delay,

    /// <summary>The engine is asked twice.</summary>
    Repeat,
}

/// <summary>Stands between a client and the engine, and does to the next call of a kind what it is told to.</summary>
internal sealed class FaultyProxy : IAsyncDisposable
{
    private static readonly TimeSpan s_delay = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, CallFault> _armed = new();
    private readonly ConcurrentQueue<string> _calls = new();
    private readonly EngineRelay _relay;

    public FaultyProxy(DockerEndpoint engine) => _relay = new EngineRelay(engine, RelayAsync);

    public UnixSocketEndpoint Endpoint => _relay.Endpoint;

    /// <summary>Kinds of calls that nothing has happened to yet, though it was to.</summary>
    public IEnumerable<string> Armed => _armed.Keys;

    /// <summary>The kinds of all calls so far, in order.</summary>
    public IReadOnlyList<string> Calls => [.. _calls];

    /// <summary>Does <paramref name="fault"/> to the next call of <paramref name="kind"/>, such as <c>POST containers/*/start</c>.</summary>
    public void Arm(CallFault fault, string kind) => _armed[kind] = fault;

    public ValueTask DisposeAsync() => _relay.DisposeAsync();

    private async Task RelayAsync(Socket client, Socket engine, CancellationToken cancellationToken)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var relay = new Relay(client, engine);
        try
        {
            var answers = relay.AnswersAsync(both.Token);
            await Task.WhenAny(RequestsAsync(relay, both.Token), answers).Unwrap();
            await answers;
        }
        finally
        {
            await both.CancelAsync();
        }
    }

    /// <summary>Call after call; ends by throwing where a call is cut.</summary>
    private async Task RequestsAsync(Relay relay, CancellationToken cancellationToken)
    {
        while (await relay.NextHeadAsync(cancellationToken) is { } head)
        {
            var kind = KindOf(head);
            _calls.Enqueue(kind);
            if (_armed.TryRemove(kind, out var fault))
            {
                await HarmAsync(relay, head, fault, cancellationToken);
            }

            await relay.ForwardAsync(isWhole: head.StartsWith("GET", StringComparison.Ordinal), cancellationToken);
        }
    }

    private async Task HarmAsync(Relay relay, string head, CallFault fault, CancellationToken cancellationToken)
    {
        switch (fault)
        {
            case CallFault.CutBefore:
                throw new OperationCanceledException();
            case CallFault.CutAfter:
                relay.CutsAnswer = true;
                break;
            case CallFault.Delay:
                await Task.Delay(s_delay, cancellationToken);
                break;
            case CallFault.Repeat when !head.Contains("100-continue", StringComparison.OrdinalIgnoreCase):
                var request = await relay.WholeAsync(head, cancellationToken);
                using (var engine = await _relay.ConnectAsync(cancellationToken))
                {
                    await engine.SendAsync(request, cancellationToken);
                    await engine.ReceiveAsync(new byte[1024], cancellationToken);
                }

                break;
        }
    }

    /// <summary>Method and path, without names and ids.</summary>
    private static string KindOf(string head)
    {
        var words = head.Split(' ', 3);
        var parts = words[1].Split('?')[0].Trim('/').Split('/').SkipWhile(part => part.StartsWith("v1.", StringComparison.Ordinal)).ToArray();
        var last = parts[^1] is "json" or "create" or "load" or "start" or "stop" or "exec" or "archive" or "tag" or "logs" ? parts[^1] : "*";
        return $"{words[0]} {(parts.Length == 1 ? parts[0] : parts.Length == 2 ? $"{parts[0]}/{last}" : $"{parts[0]}/*/{last}")}".Replace("/*/*", "/*", StringComparison.Ordinal);
    }

    /// <summary>One connection.</summary>
    private sealed class Relay(Socket client, Socket engine)
    {
        private readonly byte[] _buffer = new byte[64 * 1024];
        private int _count;

        public bool CutsAnswer { get; set; }

        /// <summary>Reads up to the end of a request's head; null when the client has no more.</summary>
        public async Task<string?> NextHeadAsync(CancellationToken cancellationToken)
        {
            int end;
            while ((end = _buffer.AsSpan(0, _count).IndexOf("\r\n\r\n"u8)) < 0)
            {
                if (!await FillAsync(cancellationToken))
                {
                    engine.Shutdown(SocketShutdown.Send);
                    return null;
                }
            }

            return Encoding.Latin1.GetString(_buffer, 0, end + 4);
        }

        /// <summary>The request with its body, which is short.</summary>
        public async Task<ReadOnlyMemory<byte>> WholeAsync(string head, CancellationToken cancellationToken)
        {
            var isChunked = head.Contains("chunked", StringComparison.OrdinalIgnoreCase);
            var length = head.Split("\r\n").Select(line => line.Split(": ")).FirstOrDefault(field => field[0].Equals("Content-Length", StringComparison.OrdinalIgnoreCase));
            var size = head.Length + (length is null ? 0 : int.Parse(length[1], System.Globalization.CultureInfo.InvariantCulture));
            while (isChunked ? !_buffer.AsSpan(head.Length, _count - head.Length).EndsWith("0\r\n\r\n"u8) : _count < size)
            {
                await FillAsync(cancellationToken);
            }

            return _buffer.AsMemory(0, _count);
        }

        /// <summary>Sends what was read to the engine, and unless that is all of the call, whatever else comes.</summary>
        public async Task ForwardAsync(bool isWhole, CancellationToken cancellationToken)
        {
            do
            {
                await engine.SendAsync(_buffer.AsMemory(0, _count), cancellationToken);
                _count = 0;
            }
            while (!isWhole && await FillAsync(cancellationToken));
        }

        public async Task AnswersAsync(CancellationToken cancellationToken)
        {
            var buffer = new byte[16 * 1024];
            while (await engine.ReceiveAsync(buffer, cancellationToken) is var count and > 0 && !CutsAnswer)
            {
                await client.SendAsync(buffer.AsMemory(0, count), cancellationToken);
            }

            if (!CutsAnswer)
            {
                client.Shutdown(SocketShutdown.Send);
            }
        }

        private async Task<bool> FillAsync(CancellationToken cancellationToken)
        {
            var count = await client.ReceiveAsync(_buffer.AsMemory(_count), cancellationToken);
            _count += count;
            return count > 0;
        }
    }
}
