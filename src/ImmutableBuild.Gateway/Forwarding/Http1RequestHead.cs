using System.Security.Cryptography;
using ImmutableBuild.Gateway.Http1;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace ImmutableBuild.Gateway.Forwarding;

/// <summary>Writes the request line and the fields of a request as HTTP/1.1 has them (RFC 9112, 3 and 5).</summary>
internal static class Http1RequestHead
{
    /// <summary>Writes the head of <paramref name="exchange"/>'s request. False when it can't be passed on; what was written is of no use then.</summary>
    public static bool TryWrite(HeadBuffer head, Exchange exchange)
    {
        if (RequestHead.TargetOf(exchange) is not { } target)
        {
            return false;
        }

        var request = exchange.Http.Request;
        head.Clear();
        head.Add(exchange.Tunnel == Tunnel.None ? request.Method : HttpMethods.Get);
        head.Add(" "u8);
        head.Add(target);
        head.Add(" HTTP/1.1\r\n"u8);
        if (!TryWriteFields(head, request.Headers))
        {
            return false;
        }

        ForwardedFields.Write(exchange, head.FieldWriter);
        WriteFraming(head, exchange);
        head.Add("\r\n"u8);
        return true;
    }

    private static bool TryWriteFields(HeadBuffer head, IHeaderDictionary fields)
    {
        var connection = fields.Connection;
        foreach (var (name, values) in fields)
        {
            if (!RequestHead.Passes(name, connection) || IsLength(name))
            {
                continue;
            }

            if (!RequestHead.IsSafe(name, values))
            {
                return false;
            }

            Write(head, name, values);
        }

        return true;
    }

    private static bool IsLength(string name) => name.Length == 14 && name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase);

    private static void Write(HeadBuffer head, string name, StringValues values)
    {
        if (RequestHead.Joins(name, values))
        {
            head.AddField(name, string.Join("; ", values.ToArray()));
            return;
        }

        foreach (var value in values)
        {
            head.AddField(name, value);
        }
    }

    private static void WriteFraming(HeadBuffer head, Exchange exchange)
    {
        if (exchange.Tunnel != Tunnel.None)
        {
            WriteUpgrade(head, exchange);
            return;
        }

        if (exchange.HasBody && exchange.BodyLength is null)
        {
            head.Add("Transfer-Encoding: chunked\r\n"u8);
        }
        else if (exchange.HasBody || exchange.AnnouncesLength)
        {
            head.Add("Content-Length: "u8);
            head.Add(exchange.BodyLength ?? 0);
            head.Add("\r\n"u8);
        }

        if (exchange.ExpectsContinue)
        {
            head.Add("Expect: 100-continue\r\n"u8);
        }
    }

    private static void WriteUpgrade(HeadBuffer head, Exchange exchange)
    {
        head.Add("Connection: Upgrade\r\n"u8);
        if (exchange.Tunnel == Tunnel.ExtendedConnect)
        {
            // RFC 8441, 5: the handshake's key exists in HTTP/1.1 only.
            head.AddField("Upgrade", "websocket");
            head.AddField("Sec-WebSocket-Key", Convert.ToBase64String(RandomNumberGenerator.GetBytes(16)));
        }
        else
        {
            head.AddField("Upgrade", exchange.Http.Request.Headers.Upgrade.ToString());
        }
    }
}
