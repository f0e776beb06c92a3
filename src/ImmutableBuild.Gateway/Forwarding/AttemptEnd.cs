using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace ImmutableBuild.Gateway.Forwarding;

/// <summary>How an attempt ends that did not go well.</summary>
internal static class AttemptEnd
{
    /// <summary>Whether <paramref name="fault"/> is one that instances, clients and the network between them cause.</summary>
    public static bool IsExpected(Exception fault) =>
        fault is HttpRequestException or SocketException or IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException;

    /// <summary>No head came: finds out whose fault it is, and answers what only the gateway can.</summary>
    public static async Task<Outcome> WithoutHeadAsync(Exchange exchange)
    {
        if (exchange.ClientLeft)
        {
            return Outcome.ClientsOwn;
        }

        if (exchange.IsCut)
        {
            await GatewayAnswer.CutAsync(exchange);
            return Outcome.Lost;
        }

        if (exchange.ClientFault is { } clientFault)
        {
            await GatewayAnswer.BadBodyAsync(exchange, (clientFault as BadHttpRequestException)?.StatusCode ?? StatusCodes.Status400BadRequest);
            return Outcome.ClientsOwn;
        }

        return Outcome.NotAnswered;
    }

    /// <summary>The head is on its way to the client, the rest can't follow: ends the answer so that the client can tell.</summary>
    public static async Task<Outcome> BreakOffAsync(Exchange exchange)
    {
        if (exchange.ClientLeft)
        {
            return Outcome.ClientsOwn;
        }

        if (exchange.IsCut && exchange.IsStream)
        {
            await GatewayAnswer.EndStreamAsync(exchange);
        }
        else if (exchange.Http.Response.HasStarted)
        {
            exchange.Http.Abort();
        }
        else if (exchange.IsCut)
        {
            await GatewayAnswer.CutAsync(exchange);
        }
        else
        {
            await GatewayAnswer.BadGatewayAsync(exchange);
        }

        return Outcome.Lost;
    }
}
