using System.Net;
using ImmutableBuild.Gateway.Routing;
using ImmutableBuild.Gateway.Supervision;
using ImmutableBuild.Generations;

namespace ImmutableBuild.Gateway.Probing;

/// <summary>Probes one run of one instance: is it ready, is it who it should be (F15), what does it speak.</summary>
/// <param name="probe">What to ask.</param>
/// <param name="generation">Whom the answer should be of.</param>
/// <param name="address">Where; null for an instance that listens on nothing.</param>
/// <param name="process">The process; null where this gateway did not start it, and can't tell whether it runs or what it listens on.</param>
/// <param name="http">Asks.</param>
/// <param name="time">The gateway's clock.</param>
internal sealed class InstanceProber(
    Probe probe, GenerationId generation, InstanceAddress? address, RunningProcess? process, HttpProbe http, TimeProvider time)
{
    /// <summary>Reading the system's socket table costs more than a probe, so a confirmed identity holds this long.</summary>
    private static readonly TimeSpan IdentityHolds = TimeSpan.FromSeconds(5);

    /// <summary>An instance that leaves so many questions for another protocol unanswered is taken to speak no other.</summary>
    private const int MostSilences = 2;

    private readonly Uri _address = new($"http://{address?.ToString() ?? "nowhere"}{(probe.Path.StartsWith('/') ? probe.Path : "/" + probe.Path)}");
    private DateTimeOffset _identityUntil;
    private UpstreamProtocols? _protocols;
    private bool _spokeHttp;
    private int _silences;

    /// <summary>Probes once.</summary>
    public async Task<ProbeOutcome> LookAsync(CancellationToken cancellationToken)
    {
        if (process is { HasExited: true })
        {
            return new ProbeOutcome(false, "the process ended");
        }

        if (probe.Kind == ProbeKind.Process)
        {
            return process is null ? new ProbeOutcome(true, "not asked") : new ProbeOutcome(true, "the process runs", InstanceIdentity.Confirmed);
        }

        var found = probe.Kind == ProbeKind.Http ? await AskAsync(cancellationToken) : await ConnectAsync("accepted", cancellationToken);
        if (!found.Healthy || found.Identity == InstanceIdentity.Foreign)
        {
            return found;
        }

        var identity = Identify();
        if (identity == InstanceIdentity.Foreign)
        {
            return new ProbeOutcome(false, $"another process listens on {address}", InstanceIdentity.Foreign);
        }

        // Asked until it is known, and only here, where the instance is ready and the answer known to be its own: earlier answers say nothing of what it will speak.
        _protocols ??= await LearnAsync(found.Protocols, cancellationToken);
        if (_protocols is null && ++_silences < MostSilences)
        {
            return new ProbeOutcome(false, "what it speaks could not be found out yet", found.Identity, TimedOut: true);
        }

        _protocols ??= found.Protocols;
        return found with { Identity = found.Identity == InstanceIdentity.Unknown ? identity : found.Identity, Protocols = _protocols.Value };
    }

    private async Task<ProbeOutcome> AskAsync(CancellationToken cancellationToken)
    {
        var http2 = _protocols == UpstreamProtocols.Http2;
        var answer = await GetAsync(http2, cancellationToken);
        if (_protocols is null && RefusesHttp1(answer) && await GetAsync(http2: true, cancellationToken) is { Status: { } status } second && status != 400)
        {
            // The instance answers HTTP/2 only, as a gRPC server does.
            (answer, http2) = (second, true);
        }

        return (await JudgeAsync(answer, cancellationToken)) with { Protocols = http2 ? UpstreamProtocols.Http2 : UpstreamProtocols.Http1 };
    }

    /// <summary>What a server that speaks HTTP/2 only does with HTTP/1.1. Any other status is an answer, also one that says that it isn't ready.</summary>
    private static bool RefusesHttp1(HttpProbeAnswer answer) =>
        answer is { Status: null, Unreached: false, TimedOut: false } or { Status: 400 or 505 };

    /// <summary>What it speaks; null where it gave no answer. What is learned holds as long as the instance runs, so nothing is concluded from silence here.</summary>
    private async Task<UpstreamProtocols?> LearnAsync(UpstreamProtocols answered, CancellationToken cancellationToken)
    {
        if (answered == UpstreamProtocols.Http2)
        {
            // Asked again over HTTP/1.1: the instance may have become ready only after it refused the first question.
            var again = await GetAsync(http2: false, cancellationToken);
            return again is { Unreached: true } or { TimedOut: true } ? null
                : again.Status is not null && !RefusesHttp1(again) ? UpstreamProtocols.Both : UpstreamProtocols.Http2;
        }

        if (probe.Kind != ProbeKind.Http)
        {
            return UpstreamProtocols.Http1;
        }

        return await OffSocketThreadAsync(TcpProbe.SpeaksHttp2Async(address!, probe.Timeout, cancellationToken)) switch
        {
            null => null,
            true => UpstreamProtocols.Both,
            false => UpstreamProtocols.Http1,
        };
    }

    private async Task<ProbeOutcome> JudgeAsync(HttpProbeAnswer answer, CancellationToken cancellationToken)
    {
        if (answer.Generation is { } named && named != generation.ToString())
        {
            return new ProbeOutcome(false, $"generation {Shorten(named)} answers on {address}", InstanceIdentity.Foreign);
        }

        var identity = answer.Generation is null ? InstanceIdentity.Unknown : InstanceIdentity.Confirmed;
        _spokeHttp |= answer.Status is not null;
        if (answer.IsSuccess)
        {
            return new ProbeOutcome(true, $"{answer.Status}", identity);
        }

        // Only the default path is a guess: a path that was configured must answer. An instance that spoke HTTP before and hangs up now fails.
        var noHttp = !_spokeHttp && answer is { Status: null, Unreached: false, TimedOut: false };
        if (probe.Path == Probe.Default.Path && (answer.Status == 404 || noHttp))
        {
            var accepted = await ConnectAsync($"{answer.Status?.ToString() ?? "no HTTP"} on {probe.Path}, but accepts connections", cancellationToken);
            return accepted with { UsesTcpFallback = true };
        }

        return new ProbeOutcome(false, answer.Status?.ToString() ?? answer.Fault ?? "no answer", identity, answer.TimedOut);
    }

    private async Task<ProbeOutcome> ConnectAsync(string detail, CancellationToken cancellationToken)
    {
        var (fault, timedOut) = await OffSocketThreadAsync(TcpProbe.AcceptsAsync(address!, probe.Timeout, cancellationToken));
        return new ProbeOutcome(fault is null, fault ?? detail, TimedOut: timedOut);
    }

    private Task<HttpProbeAnswer> GetAsync(bool http2, CancellationToken cancellationToken) =>
        OffSocketThreadAsync(http.AskAsync(_address, http2 ? HttpVersion.Version20 : HttpVersion.Version11, probe.Timeout, cancellationToken));

    /// <summary>
    /// An answer comes on a thread that waits for sockets and handles requests too (see GatewayProgram). What follows a probe reads the
    /// system's tables and waits for the disk, so it must go on elsewhere.
    /// </summary>
    private static async Task<T> OffSocketThreadAsync<T>(Task<T> asking)
    {
        try
        {
            return await asking;
        }
        finally
        {
            await Task.Yield();
        }
    }

    private InstanceIdentity Identify()
    {
        if (time.GetUtcNow() < _identityUntil)
        {
            return InstanceIdentity.Confirmed;
        }

        var identity = process is null ? InstanceIdentity.Unknown : PortOwner.Compare(process.Identity, address!.Port);
        if (identity == InstanceIdentity.Confirmed)
        {
            _identityUntil = time.GetUtcNow() + IdentityHolds;
        }

        return identity;
    }

    private static string Shorten(string text) => text.Length > 40 ? text[..40] + "…" : text;
}
