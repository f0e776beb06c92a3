using System.Net;
using ImmutableBuild.Gateway.Routing;
using ImmutableBuild.Gateway.Supervision;
using ImmutableBuild.Generations;

namespace ImmutableBuild.Gateway.Probing;

/// <summary>Probes one run of one instance: is it ready, is it who it should be (F15), what does it speak.</summary>
internal sealed class InstanceProber(
    Probe probe, GenerationId generation, int port, RunningProcess process, HttpProbe http, TimeProvider time)
{
    /// <summary>Reading the system's socket table costs more than a probe, so a confirmed identity holds this long.</summary>
    private static readonly TimeSpan IdentityHolds = TimeSpan.FromSeconds(5);

    private readonly Uri _address = new($"http://{Upstream.Authority(port)}{(probe.Path.StartsWith('/') ? probe.Path : "/" + probe.Path)}");
    private DateTimeOffset _identityUntil;
    private UpstreamProtocols? _protocols;

    /// <summary>One look.</summary>
    public async Task<ProbeOutcome> LookAsync(CancellationToken cancellationToken)
    {
        if (process.HasExited)
        {
            return new ProbeOutcome(false, "the process ended");
        }

        if (probe.Kind == ProbeKind.Process)
        {
            return new ProbeOutcome(true, "the process runs", InstanceIdentity.Confirmed);
        }

        var found = probe.Kind == ProbeKind.Http ? await AskAsync(cancellationToken) : await ConnectAsync("accepted", cancellationToken);
        if (!found.Healthy || found.Identity == InstanceIdentity.Foreign)
        {
            return found;
        }

        return Identify() switch
        {
            InstanceIdentity.Foreign => new ProbeOutcome(false, $"another process listens on port {port}", InstanceIdentity.Foreign),
            var identity when found.Identity == InstanceIdentity.Unknown => found with { Identity = identity },
            _ => found,
        };
    }

    private async Task<ProbeOutcome> AskAsync(CancellationToken cancellationToken)
    {
        var answer = await GetAsync(_protocols == UpstreamProtocols.Http2, cancellationToken);
        if (_protocols is null && !answer.Refused && !answer.TimedOut)
        {
            var speaksHttp2 = await TcpProbe.SpeaksHttp2Async(port, cancellationToken);
            if (speaksHttp2 && !answer.IsSuccess && await GetAsync(http2: true, cancellationToken) is { Status: { } status } second && status != 400)
            {
                // It refuses HTTP/1.1 but answers HTTP/2: a gRPC server, say.
                _protocols = UpstreamProtocols.Http2;
                answer = second;
            }
            else if (answer.IsSuccess || answer.Status == 404)
            {
                _protocols = speaksHttp2 ? UpstreamProtocols.Both : UpstreamProtocols.Http1;
            }
        }

        return await JudgeAsync(answer, cancellationToken);
    }

    private async Task<ProbeOutcome> JudgeAsync(HttpProbeAnswer answer, CancellationToken cancellationToken)
    {
        if (answer.Generation is { } named && named != generation.ToString())
        {
            return new ProbeOutcome(false, $"generation {Shorten(named)} answers on port {port}", InstanceIdentity.Foreign);
        }

        var identity = answer.Generation is null ? InstanceIdentity.Unknown : InstanceIdentity.Confirmed;
        if (answer.IsSuccess)
        {
            return new ProbeOutcome(true, $"{answer.Status}", identity, Protocols: _protocols ?? UpstreamProtocols.Http1);
        }

        // Only the default path is a guess; one that was configured must answer.
        var noHttp = answer is { Status: null, Refused: false, TimedOut: false };
        if (probe.Path == Probe.Default.Path && (answer.Status == 404 || noHttp))
        {
            var accepted = await ConnectAsync($"{answer.Status?.ToString() ?? "no HTTP"} on {probe.Path}, but accepts connections", cancellationToken);
            return accepted with { UsesTcpFallback = true };
        }

        return new ProbeOutcome(false, answer.Status?.ToString() ?? answer.Fault ?? "no answer", identity, answer.TimedOut);
    }

    private async Task<ProbeOutcome> ConnectAsync(string detail, CancellationToken cancellationToken)
    {
        var fault = await TcpProbe.AcceptsAsync(port, probe.Timeout, cancellationToken);
        return new ProbeOutcome(fault is null, fault ?? detail, Protocols: _protocols ?? UpstreamProtocols.Http1);
    }

    private Task<HttpProbeAnswer> GetAsync(bool http2, CancellationToken cancellationToken) =>
        http.AskAsync(_address, http2 ? HttpVersion.Version20 : HttpVersion.Version11, probe.Timeout, cancellationToken);

    private InstanceIdentity Identify()
    {
        if (time.GetUtcNow() < _identityUntil)
        {
            return InstanceIdentity.Confirmed;
        }

        var identity = PortOwner.Compare(process.Identity, port);
        if (identity == InstanceIdentity.Confirmed)
        {
            _identityUntil = time.GetUtcNow() + IdentityHolds;
        }

        return identity;
    }

    private static string Shorten(string text) => text.Length > 40 ? text[..40] + "…" : text;
}
