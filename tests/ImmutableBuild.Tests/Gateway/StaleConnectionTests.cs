namespace ImmutableBuild.Tests.Gateway;

/// <summary>An instance that closes an idle connection just as the next request is written to it (F23).</summary>
public sealed class StaleConnectionTests
{
    private readonly List<string> _seen = [];

    [Fact]
    [Trait("Fault", "F23")]
    public async Task An_idempotent_request_is_sent_again_and_answered()
    {
        await using var gateway = await ScriptedGateway.StartAsync(AnswerOnceAndBreakAsync);
        (await AskAsync(gateway, "GET", "/first")).ShouldStartWith("HTTP/1.1 200");
        (await AskAsync(gateway, "GET", "/second")).ShouldStartWith("HTTP/1.1 200");
        _seen.ShouldBe(["GET /first", "GET /second", "GET /second"]);
        gateway.Sample().ShouldBe((2, 0));
    }

    [Theory]
    [Trait("Fault", "F23")]
    [InlineData("POST", "")]
    [InlineData("POST", "body")]
    [InlineData("PATCH", "")]
    [InlineData("INVENTED", "")]
    public async Task Any_other_is_never_sent_twice(string method, string body)
    {
        await using var gateway = await ScriptedGateway.StartAsync(AnswerOnceAndBreakAsync);
        (await AskAsync(gateway, "GET", "/first")).ShouldStartWith("HTTP/1.1 200");
        (await AskAsync(gateway, method, "/second", body)).ShouldStartWith("HTTP/1.1 502");
        _seen.ShouldBe(["GET /first", $"{method} /second"]);
        gateway.Sample().ShouldBe((2, 1));
    }

    private static Task<string> AskAsync(ScriptedGateway gateway, string method, string path, string body = "") =>
        gateway.AskAsync($"{method} {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {body.Length}\r\n\r\n{body}");

    /// <summary>The first connection answers one request and breaks at the next; later ones answer all.</summary>
    private async Task AnswerOnceAndBreakAsync(ScriptedConnection instance)
    {
        for (var answers = instance.Number == 1 ? 1 : int.MaxValue; ; answers--)
        {
            var head = await instance.ReadToAsync("\r\n\r\n");
            _seen.Add(head[..head.IndexOf(" HTTP/", StringComparison.Ordinal)]);
            if (answers == 0)
            {
                return;
            }

            await instance.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        }
    }
}
