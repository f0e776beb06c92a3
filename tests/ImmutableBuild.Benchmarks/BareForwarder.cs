using System.Collections.Concurrent;
using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace ImmutableBuild.Benchmarks;

/// <summary>
/// The least that can stand between Kestrel and an app: a request that was written beforehand over a kept socket, an answer of one packet whose head is skipped, nothing
/// counted, nothing watched, no field passed on. What it costs more than a proxy in C is Kestrel's and .NET's sockets; what the gateway costs more than it is the gateway's own.
/// </summary>
internal static class BareForwarder
{
    /// <summary>The verb this program starts itself with.</summary>
    public const string Verb = "bare";

    /// <summary>The variable with the app's port.</summary>
    public const string AppVariable = "APP";

    public static Command Command()
    {
        var command = new Command(Verb, "Forwards from $PORT to $APP; the benchmarks start it themselves.") { Hidden = true };
        command.SetAction((_, cancellationToken) => RunAsync(Number("PORT"), Number(AppVariable), cancellationToken));
        return command;
    }

    private static async Task RunAsync(int port, int app, CancellationToken cancellationToken)
    {
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Listen(IPAddress.Loopback, port);
        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions { UnsafePreferInlineScheduling = true }), NullLoggerFactory.Instance);
        using var server = new KestrelServer(Options.Create(options), transport, NullLoggerFactory.Instance);
        await server.StartAsync(new Application(app), cancellationToken);
        await Task.Delay(Timeout.Infinite, cancellationToken);
    }

    private static int Number(string variable) => int.Parse(Environment.GetEnvironmentVariable(variable)!, System.Globalization.CultureInfo.InvariantCulture);

    private sealed class Application(int app) : IHttpApplication<IFeatureCollection>
    {
        private static readonly byte[] Request =
            "GET / HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: localhost\r\n\r\n"u8.ToArray();

        private readonly ConcurrentStack<Connection> _resting = new();

        public IFeatureCollection CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

        public void DisposeContext(IFeatureCollection context, Exception? exception)
        {
        }

        public async Task ProcessRequestAsync(IFeatureCollection context)
        {
            var connection = _resting.TryPop(out var resting) ? resting : await Connection.OpenAsync(app);
            await connection.Socket.SendAsync(Request);
            var length = await connection.Socket.ReceiveAsync(connection.Buffer);
            var body = connection.Buffer.AsMemory(0, length)[(connection.Buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8) + 4)..];
            var response = context.GetRequiredFeature<IHttpResponseFeature>();
            response.Headers.ContentLength = body.Length;
            response.Headers.ContentType = "text/plain";
            await context.GetRequiredFeature<IHttpResponseBodyFeature>().Writer.WriteAsync(body);
            _resting.Push(connection);
        }
    }

    private sealed record Connection(Socket Socket, byte[] Buffer)
    {
        public static async Task<Connection> OpenAsync(int port)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port));
            return new Connection(socket, new byte[8 * 1024]);
        }
    }
}
