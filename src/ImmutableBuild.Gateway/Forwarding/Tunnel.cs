using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ImmutableBuild.Gateway.Forwarding;

/// <summary>How a request asks to leave HTTP for another protocol.</summary>
internal enum Tunnel
{
    /// <summary>It does not.</summary>
    None,

    /// <summary>HTTP/1.1's <c>Upgrade</c> to WebSocket (RFC 6455).</summary>
    WebSocket,

    /// <summary>HTTP/1.1's <c>Upgrade</c> to something this gateway doesn't know.</summary>
    Opaque,

    /// <summary>HTTP/2's extended CONNECT to WebSocket (RFC 8441).</summary>
    ExtendedConnect,
}

/// <summary>Finds out how a request asks to leave HTTP.</summary>
internal static class Tunnels
{
    /// <summary>The tunnel that <paramref name="request"/> asks for.</summary>
    public static Tunnel Of(IFeatureCollection features, HttpRequest request)
    {
        if (HttpProtocol.IsHttp2(request.Protocol) && features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true, Protocol: "websocket" })
        {
            return Tunnel.ExtendedConnect;
        }

        // Any other method may have a body or an effect of its own; if the instance declined, it must still be that method.
        if (request.Headers.Upgrade.Count == 0
            || !HttpMethods.IsGet(request.Method)
            || features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true })
        {
            return Tunnel.None;
        }

        // RFC 9113, 3.1: an upgrade to HTTP/2 is obsolete and ignored; in a tunnel it would get past the gateway's own rules.
        var protocols = request.Headers.Upgrade;
        return Hops.Listed(protocols, "h2c") || Hops.Listed(protocols, "h2") ? Tunnel.None
            : protocols.Count == 1 && protocols.ToString().Equals("websocket", StringComparison.OrdinalIgnoreCase) ? Tunnel.WebSocket
            : Tunnel.Opaque;
    }
}
