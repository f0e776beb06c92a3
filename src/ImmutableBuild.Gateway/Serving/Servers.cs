using System.Net;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace ImmutableBuild.Gateway.Serving;

/// <summary>The two servers of a gateway, on Kestrel without a host: the public port and the control socket.</summary>
internal static class Servers
{
    /// <summary>A server for everyone: any size, any duration; the app decides on its limits.</summary>
    /// <param name="listener">An inherited listening socket, or null to listen on <paramref name="endpoint"/>.</param>
    /// <param name="endpoint">Where to listen when nothing is inherited.</param>
    public static PublicServer Public(int? listener, IPEndPoint endpoint)
    {
        var sorter = new PrefaceSorter(Transport(inline: true), sharesSocket: listener is not null);
        var options = new KestrelServerOptions
        {
            AddServerHeader = false,
            RequestHeaderEncodingSelector = static _ => Encoding.Latin1,
            ResponseHeaderEncodingSelector = static _ => Encoding.Latin1,
        };
        options.Limits.MaxRequestBodySize = null;
        options.Limits.MinRequestBodyDataRate = null;
        options.Limits.MinResponseDataRate = null;
        if (listener is { } descriptor)
        {
            options.ListenHandle((ulong)descriptor, http1 => http1.Protocols = HttpProtocols.Http1);
        }
        else
        {
            options.Listen(endpoint, http1 => http1.Protocols = HttpProtocols.Http1);
        }

        options.Listen(sorter.Http2, http2 => http2.Protocols = HttpProtocols.Http2);
        return new PublicServer(new KestrelServer(Options.Create(options), sorter, NullLoggerFactory.Instance), sorter);
    }

    /// <summary>A server for the owner of <paramref name="socketPath"/> alone.</summary>
    public static KestrelServer Control(string socketPath)
    {
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxRequestBodySize = GatewayProtocol.MaximumRequestBytes;
        options.ListenUnixSocket(socketPath, http1 => http1.Protocols = HttpProtocols.Http1);
        return new KestrelServer(Options.Create(options), Transport(inline: false), NullLoggerFactory.Instance);
    }

    /// <summary>The sockets of a server.</summary>
    /// <param name="inline">Handle requests on the threads that wait for sockets; only for what never blocks.</param>
    private static SocketTransportFactory Transport(bool inline) =>
        new(Options.Create(new SocketTransportOptions { Backlog = 4096, UnsafePreferInlineScheduling = inline }), NullLoggerFactory.Instance);
}
