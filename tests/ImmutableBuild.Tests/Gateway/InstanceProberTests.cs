using ImmutableBuild.Gateway.Probing;
using ImmutableBuild.Gateway.Routing;
using ImmutableBuild.Gateway.Supervision;
using ImmutableBuild.Generations;
using ImmutableBuild.Processes;

namespace ImmutableBuild.Tests.Gateway;

/// <summary>What an instance speaks and who it is, found out without disturbing it.</summary>
public sealed class InstanceProberTests : IDisposable
{
    private static readonly GenerationId Generation = GenerationId.Parse("aaaaaaaaaaaa-00000001");
    private readonly HttpProbe _http = new();
    private readonly ScriptedInstance _instance = new();
    private readonly InstanceProber _prober;

    // The scripted instance listens in this very process, which is thus its owner.
    public InstanceProberTests() => _prober = new InstanceProber(
        Probe.Default with { Timeout = TimeSpan.FromMinutes(2) },
        Generation,
        InstanceAddress.Loopback(_instance.Port),
        new RunningProcess(new ProcessIdentity(Environment.ProcessId, "now"), new TaskCompletionSource<int?>().Task),
        _http,
        TimeProvider.System);

    public void Dispose()
    {
        _http.Dispose();
        _instance.Dispose();
    }

    [Fact]
    public async Task One_that_is_not_ready_yet_is_asked_over_HTTP_1_alone()
    {
        _instance.Http1 = () => 503;
        for (var look = 0; look < 5; look++)
        {
            (await LookAsync()).Healthy.ShouldBeFalse();
        }

        _instance.Prefaces.ShouldBe(0);
    }

    [Theory]
    [InlineData(503)]
    [InlineData(500)]
    [InlineData(401)]
    public async Task An_answer_while_it_warms_up_does_not_make_it_one_that_speaks_HTTP_2_only(int status)
    {
        _instance.Http1 = () => status;
        (await LookAsync()).Healthy.ShouldBeFalse("HTTP/1.1 was answered, and that it isn't ready");
        _instance.Http1 = () => 200;
        (await LookAsync()).ShouldBe(Well(UpstreamProtocols.Both));
    }

    [Theory]
    [InlineData(200)]
    [InlineData(null)]
    public async Task The_preface_is_sent_once_when_it_is_ready(int? overHttp2)
    {
        _instance.Http2 = () => overHttp2;
        for (var look = 0; look < 5; look++)
        {
            (await LookAsync()).ShouldBe(Well(overHttp2 is null ? UpstreamProtocols.Http1 : UpstreamProtocols.Both));
        }

        _instance.Prefaces.ShouldBe(1);
    }

    [Fact]
    public async Task One_that_accepts_no_more_when_it_is_asked_for_HTTP_2_is_not_taken_for_one_that_speaks_HTTP_1_alone()
    {
        _instance.Http1 = () =>
        {
            _instance.Dispose();
            return 200;
        };

        var outcome = await LookAsync();

        (outcome.Healthy, outcome.TimedOut).ShouldBe((false, true));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(505)]
    [InlineData(null)]
    public async Task One_that_refuses_HTTP_1_gets_HTTP_2(int? refusal)
    {
        _instance.Http1 = () => refusal;
        (await LookAsync()).ShouldBe(Well(UpstreamProtocols.Http2));
        (await LookAsync()).ShouldBe(Well(UpstreamProtocols.Http2));
    }

    [Fact]
    public async Task One_that_became_ready_between_two_questions_speaks_both()
    {
        var asked = 0;
        _instance.Http1 = () => asked++ == 0 ? 400 : 200;
        (await LookAsync()).ShouldBe(Well(UpstreamProtocols.Both));
    }

    [Fact]
    public async Task One_that_answers_400_to_everything_is_not_ready()
    {
        _instance.Http1 = _instance.Http2 = () => 400;
        (await LookAsync()).Healthy.ShouldBeFalse();
    }

    [Fact]
    public async Task One_without_the_path_is_well_when_it_accepts_and_is_asked_for_HTTP_2_once()
    {
        _instance.Http1 = () => 404;
        for (var look = 0; look < 3; look++)
        {
            var outcome = await LookAsync();
            (outcome.Healthy, outcome.UsesTcpFallback, outcome.Protocols).ShouldBe((true, true, UpstreamProtocols.Both));
        }

        _instance.Prefaces.ShouldBe(1);
    }

    [Fact]
    [Trait("Fault", "F12")]
    public async Task One_that_no_way_leads_to_yet_is_not_taken_for_one_that_speaks_no_HTTP()
    {
        // No system opens a connection to the broadcast address (RFC 1122, 4.2.3.10), and nothing is sent.
        var prober = new InstanceProber(Probe.Default with { Timeout = TimeSpan.FromMinutes(2) }, Generation, new InstanceAddress("255.255.255.255", 80), process: null, _http, TimeProvider.System);

        var outcome = await prober.LookAsync(TestContext.Current.CancellationToken);

        (outcome.Healthy, outcome.UsesTcpFallback, outcome.TimedOut).ShouldBe((false, false, false));
    }

    [Fact]
    [Trait("Fault", "F12")]
    public async Task One_that_spoke_HTTP_and_hangs_up_now_is_not_taken_for_one_that_speaks_none()
    {
        (await LookAsync()).Healthy.ShouldBeTrue();
        _instance.Http1 = _instance.Http2 = () => null;

        var outcome = await LookAsync();

        (outcome.Healthy, outcome.UsesTcpFallback).ShouldBe((false, false));
    }

    [Fact]
    [Trait("Fault", "F15")]
    public async Task One_that_names_another_generation_is_foreign_whosever_port_it_is()
    {
        _instance.Names = "bbbbbbbbbbbb-00000002";
        var outcome = await LookAsync();
        (outcome.Healthy, outcome.Identity).ShouldBe((false, InstanceIdentity.Foreign));
        outcome.Detail.ShouldContain("bbbbbbbbbbbb-00000002");
        _instance.Names = Generation.ToString();
        (await LookAsync()).Identity.ShouldBe(InstanceIdentity.Confirmed);
    }

    private static ProbeOutcome Well(UpstreamProtocols protocols) =>
        new(true, "200", OperatingSystem.IsLinux() ? InstanceIdentity.Confirmed : InstanceIdentity.Unknown, Protocols: protocols);

    private Task<ProbeOutcome> LookAsync() => _prober.LookAsync(TestContext.Current.CancellationToken);
}
