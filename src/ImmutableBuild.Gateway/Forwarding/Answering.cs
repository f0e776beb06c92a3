using ImmutableBuild.Gateway.Routing;

namespace ImmutableBuild.Gateway.Forwarding;

/// <summary>What the gateway adds to, and learns from, an answer whose head was copied and not sent yet.</summary>
internal static class Answering
{
    /// <summary>Names the generation to the gateway's own probe, and lets server-sent events go on until the stream limit.</summary>
    public static void Prepare(Exchange exchange, GenerationTraffic generation, bool isProbe)
    {
        var response = exchange.Http.Response;
        if (isProbe)
        {
            response.Headers[ServingProbe.GenerationField] = generation.Name;
        }

        if (!exchange.IsStream && response.ContentType is { } type && type.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase))
        {
            exchange.BecomeStream();
        }
    }
}
