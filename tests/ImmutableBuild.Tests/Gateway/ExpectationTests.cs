using System.Diagnostics;

namespace ImmutableBuild.Tests.Gateway;

/// <summary>Clients that wait for 100 (RFC 9110, 10.1.1) before they send a body.</summary>
public sealed class ExpectationTests
{
    private const string EndOfHead = "\r\n\r\n";
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private const int MostTries = 10;

    // A client that waits for 100 is let go on after this time, whatever the instance does.
    private static readonly TimeSpan s_continues = TimeSpan.FromSeconds(1);

    [Fact]
    [Trait("Fault", "F22")]
    public async Task A_client_that_waits_for_100_is_told_to_go_on_when_the_instance_is()
    {
        await using var gateway = await ScriptedGateway.StartAsync(async instance =>
        {
            (await instance.ReadToAsync(EndOfHead)).ShouldContain("Expect: 100-continue");
            await instance.SendAsync("HTTP/1.1 100 Continue\r\n\r\n");
            await instance.ReadToAsync("hello");
            await instance.SendAsync(Ok);
        });
        using var client = await gateway.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
        (await client.ReadToAsync(EndOfHead)).ShouldStartWith("HTTP/1.1 100 Continue");
        await client.SendAsync("hello");
        (await client.ReadToAsync("ok")).ShouldStartWith("HTTP/1.1 200 OK");
    }

    [Fact]
    [Trait("Fault", "F22")]
    public async Task A_client_that_waits_for_100_and_is_refused_never_sends_its_body()
    {
        for (var tries = 1; ; tries++)
        {
            await using var gateway = await ScriptedGateway.StartAsync(async instance =>
            {
                await instance.ReadToAsync(EndOfHead);
                await instance.SendAsync("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n");
                (await instance.ReadToEndAsync()).ShouldBeEmpty();
            });
            using var client = await gateway.ConnectAsync();
            var began = Stopwatch.GetTimestamp();
            await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
            var answer = await client.ReadToAsync(EndOfHead);
            if (tries < MostTries && answer.StartsWith("HTTP/1.1 100 ", StringComparison.Ordinal) && Stopwatch.GetElapsedTime(began) > s_continues)
            {
                // On a machine that busy the instance was late, and the client was let go on without it.
                continue;
            }

            answer.ShouldStartWith("HTTP/1.1 417 Expectation Failed");
            gateway.Sample().ShouldBe((1, 0));
            return;
        }
    }
}
