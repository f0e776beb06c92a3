using System.Diagnostics;
using System.Net;
using ImmutableBuild.Gateway.Routing;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http.Features;

namespace ImmutableBuild.Gateway.Forwarding;

/// <summary>
/// What the public port does with a request: registers it with a generation, has an instance answer, sends it once more where that
/// is safe, and counts it where it ended.
/// </summary>
/// <param name="routes">Where requests go.</param>
/// <param name="probe">Recognises the gateway's own requests to its public port.</param>
/// <param name="host">The host whose forwarded fields are believed as this machine's are; null for none.</param>
internal sealed class ForwardingApplication(RouteTable routes, ServingProbe probe, IPAddress? host) : IHttpApplication<Exchange>
{
    private const int Attempts = 2;

    /// <inheritdoc/>
    public Exchange CreateContext(IFeatureCollection contextFeatures)
    {
        var kept = contextFeatures as IHostContextContainer<Exchange>;
        var exchange = kept?.HostContext ?? new Exchange(host);
        if (kept is not null)
        {
            kept.HostContext = exchange;
        }

        exchange.Begin(contextFeatures);
        return exchange;
    }

    /// <inheritdoc/>
    public void DisposeContext(Exchange context, Exception? exception) => context.Finish();

    /// <inheritdoc/>
    public async Task ProcessRequestAsync(Exchange context)
    {
        var began = Stopwatch.GetTimestamp();
        if (routes.IsLeaving)
        {
            context.Http.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
        }

        if (context.IsCoded)
        {
            await GatewayAnswer.CodedAsync(context);
            return;
        }

        var isProbe = probe.Sent(context.Http.Request);
        Upstream? avoid = null;
        for (var attempt = 1; ; attempt++)
        {
            if (routes.Enter(avoid) is not { } generation)
            {
                await GatewayAnswer.NoGenerationAsync(context);
                return;
            }

            var ended = true;
            Upstream? upstream = null;
            try
            {
                if (!isProbe && !context.IsStream)
                {
                    generation.Waiting.Add(context.Waiting, began);
                }

                upstream = generation.Take(avoid);
                var outcome = await AttemptAsync(context, generation, upstream, isProbe);
                ended = outcome != Outcome.NotAnswered || attempt == Attempts || !MaySendAgain(context);
                if (ended && !isProbe)
                {
                    Count(context, generation, outcome, began);
                }

                if (outcome == Outcome.NotAnswered && ended)
                {
                    await GatewayAnswer.BadGatewayAsync(context);
                }

                avoid = upstream;
                context.IsRepeated = true;
            }
            finally
            {
                upstream?.Leave();
                generation.Waiting.Remove(context.Waiting);
                generation.Leave();
            }

            if (ended)
            {
                return;
            }
        }
    }

    private static ValueTask<Outcome> AttemptAsync(Exchange exchange, GenerationTraffic generation, Upstream? upstream, bool isProbe)
    {
        if (upstream is null)
        {
            return NoInstanceAsync(exchange);
        }

        exchange.Obey(upstream.Limits);
        return exchange.Tunnel == Tunnel.None && upstream.UsesHttp2(exchange.SpeaksHttp2)
            ? new Http2Attempt(exchange, generation, upstream, isProbe).RunAsync()
            : new Http1Attempt(exchange, generation, upstream, isProbe).RunAsync();
    }

    private static async ValueTask<Outcome> NoInstanceAsync(Exchange exchange)
    {
        await GatewayAnswer.NoInstanceAsync(exchange);
        return Outcome.Lost;
    }

    /// <summary>Whether nobody can have seen the request, or seeing it twice does no harm; a body can be sent once only (F23).</summary>
    private static bool MaySendAgain(Exchange exchange) =>
        !exchange.Http.Response.HasStarted && !exchange.BodyStarted && (exchange.IsIdempotent || exchange.NeverSent);

    private static void Count(Exchange exchange, GenerationTraffic generation, Outcome outcome, long began)
    {
        var lost = outcome is Outcome.NotAnswered or Outcome.Lost;
        var latency = Stopwatch.GetElapsedTime(began, exchange.HeadAt == 0 ? Stopwatch.GetTimestamp() : exchange.HeadAt);
        generation.Counters.Count(latency, error: lost || (outcome == Outcome.Answered && exchange.Http.Response.StatusCode >= 500), lost);
    }
}
