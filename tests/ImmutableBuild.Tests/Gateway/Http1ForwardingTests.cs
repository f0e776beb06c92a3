using System.Net;
using System.Net.WebSockets;

namespace ImmutableBuild.Tests.Gateway;

/// <summary>What the gateway does with requests and responses of HTTP/1.1, seen from both sides of it.</summary>
public sealed class Http1ForwardingTests
{
    private const string EndOfHead = "\r\n\r\n";
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    [Fact]
    public async Task A_response_streams_while_the_request_is_still_being_sent()
    {
        await using var gateway = await ScriptedGateway.StartAsync(async instance =>
        {
            await instance.ReadToAsync(EndOfHead);
            await instance.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            foreach (var expected in new[] { "one", "two" })
            {
                await instance.ReadToAsync($"3\r\n{expected}\r\n");
                await instance.SendAsync($"4\r\n{expected}!\r\n");
            }

            await instance.ReadToAsync("0\r\n\r\n");
            await instance.SendAsync("0\r\n\r\n");
        });
        using var client = await gateway.ConnectAsync();
        await client.SendAsync("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
        (await client.ReadToAsync("one!")).ShouldStartWith("HTTP/1.1 200 OK");
        await client.SendAsync("3\r\ntwo\r\n");
        await client.ReadToAsync("two!");
        await client.SendAsync("0\r\n\r\n");
        await client.ReadToAsync("0\r\n\r\n");
        gateway.Sample().ShouldBe((1, 0));
    }

    [Fact]
    public async Task An_answer_before_the_end_of_an_upload_is_passed_on_and_its_connection_given_up()
    {
        await using var gateway = await ScriptedGateway.StartAsync(async instance =>
        {
            await instance.ReadToAsync(EndOfHead);
            await instance.SendAsync(instance.Number == 1 ? "HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n" : Ok);
            await instance.ReadToEndAsync();
        });
        using var client = await gateway.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nonly the beginning");
        (await client.ReadToAsync(EndOfHead)).ShouldContain(" 413 ");
        (await gateway.AskAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")).ShouldEndWith("ok");
        gateway.Connections.ShouldBe(2);
    }

    [Theory]
    [InlineData("nonsense\r\n\r\n")]
    [InlineData("HTTP/2.0 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 20 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok!")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nok")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n folded: 1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nbad name: 1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n")]
    [InlineData("")]
    public async Task Whatever_is_no_response_becomes_502_and_counts_as_lost(string response)
    {
        await using var gateway = await ScriptedGateway.StartAsync(async instance =>
        {
            await instance.ReadToAsync(EndOfHead);
            await instance.SendAsync(response);
        });
        (await gateway.AskAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")).ShouldStartWith("HTTP/1.1 502");
        gateway.Sample().ShouldBe((1, 1));
        gateway.Connections.ShouldBe(1);
    }

    [Fact]
    public async Task A_head_without_end_is_given_up()
    {
        await using var gateway = await ScriptedGateway.StartAsync(async instance =>
        {
            await instance.ReadToAsync(EndOfHead);
            await instance.SendAsync("HTTP/1.1 200 OK\r\nA: " + new string('a', 70_000));
            await instance.ReadToEndAsync();
        });
        (await gateway.AskAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")).ShouldStartWith("HTTP/1.1 502");
    }

    [Fact]
    public async Task Bytes_behind_a_response_are_nobodys()
    {
        await using var gateway = await ScriptedGateway.StartAsync(async instance =>
        {
            await instance.ReadToAsync(EndOfHead);
            await instance.SendAsync(instance.Number == 1 ? Ok + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil" : Ok);
            await instance.ReadToEndAsync();
        });
        for (var request = 0; request < 2; request++)
        {
            (await gateway.AskAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")).ShouldEndWith("\r\n\r\nok");
        }

        gateway.Connections.ShouldBe(2);
    }

    [Fact]
    public async Task Both_framings_at_once_are_read_as_chunks_and_the_connection_given_up()
    {
        await using var gateway = await ScriptedGateway.StartAsync(async instance =>
        {
            await instance.ReadToAsync(EndOfHead);
            await instance.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n");
            await instance.ReadToEndAsync();
        });
        var answer = await gateway.AskAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        answer.ShouldContain("2\r\nok\r\n0\r\n\r\n");
        answer.ShouldNotContain("Content-Length");
        await gateway.AskAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        gateway.Connections.ShouldBe(2);
    }

    [Fact]
    public async Task A_connection_serves_one_request_after_another()
    {
        await using var gateway = await ScriptedGateway.StartAsync(async instance =>
        {
            while (true)
            {
                await instance.ReadToAsync(EndOfHead);
                await instance.SendAsync(Ok);
            }
        });
        for (var request = 0; request < 5; request++)
        {
            (await gateway.AskAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")).ShouldEndWith("ok");
        }

        gateway.Connections.ShouldBe(1);
    }

    [Fact]
    public async Task A_response_without_length_ends_with_its_connection()
    {
        await using var gateway = await ScriptedGateway.StartAsync(async instance =>
        {
            await instance.ReadToAsync(EndOfHead);
            await instance.SendAsync("HTTP/1.0 200 OK\r\n\r\nall of it");
        });
        (await gateway.AskAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")).ShouldContain("all of it");
        gateway.Sample().ShouldBe((1, 0));
    }

    [Theory]
    [InlineData("Content-Length: 9\r\n\r\nnot all")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n9\r\nnot all")]
    public async Task A_response_cut_short_is_cut_short_for_the_client_and_lost(string rest)
    {
        await using var gateway = await ScriptedGateway.StartAsync(async instance =>
        {
            await instance.ReadToAsync(EndOfHead);
            await instance.SendAsync("HTTP/1.1 200 OK\r\n" + rest);
        });
        using var client = await gateway.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        try
        {
            (await client.ReadToEndAsync()).ShouldNotContain("0\r\n\r\n");
        }
        catch (IOException)
        {
            // Reset is as good a sign as an end before the length.
        }

        gateway.Sample().ShouldBe((1, 1));
    }

    [Fact]
    public async Task Answers_to_HEAD_and_304_have_no_body_whatever_they_say()
    {
        await using var gateway = await ScriptedGateway.StartAsync(async instance =>
        {
            while (true)
            {
                var head = await instance.ReadToAsync(EndOfHead);
                await instance.SendAsync(head.StartsWith("HEAD", StringComparison.Ordinal)
                    ? "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n"
                    : "HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n\r\n");
            }
        });
        (await gateway.AskAsync("HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")).ShouldContain("Content-Length: 5000");
        (await gateway.AskAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")).ShouldStartWith("HTTP/1.1 304");
        gateway.Connections.ShouldBe(1);
    }

    [Theory]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\nContent-Length: 2\r\n\r\nhi", "POST / HTTP/1.1")]
    [InlineData("DELETE / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n", "DELETE / HTTP/1.1")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x, h2c\r\n\r\n", "GET / HTTP/1.1")]
    public async Task Only_a_GET_without_h2c_is_upgraded(string request, string line)
    {
        var head = "";
        await using var gateway = await ScriptedGateway.StartAsync(async instance =>
        {
            head = await instance.ReadToAsync(EndOfHead);
            await instance.SendAsync(Ok);
        });
        using var client = await gateway.ConnectAsync();
        await client.SendAsync(request);
        await client.ReadToAsync("ok");
        head.ShouldStartWith(line);
        head.ShouldNotContain("Upgrade");
    }

    [Fact]
    public async Task Trailers_reach_a_client_that_speaks_http2_but_for_those_of_the_connection()
    {
        await using var gateway = await ScriptedGateway.StartAsync(async instance =>
        {
            await instance.ReadToAsync(EndOfHead);
            await instance.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\nConnection: X-Hop\r\nKeep-Alive: timeout=5\r\nX-Checksum: 42\r\n\r\n");
            await instance.ReadToEndAsync();
        });
        using var client = new HttpClient { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var answer = await client.GetAsync(new Uri($"http://{gateway.Address}/"), TestContext.Current.CancellationToken);
        (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldBe("body");
        answer.TrailingHeaders.ShouldHaveSingleItem().Key.ShouldBe("x-checksum");
        answer.TrailingHeaders.GetValues("X-Checksum").ShouldBe(["42"]);
    }

    [Fact]
    public async Task Over_http2_any_answer_of_success_would_pass_for_an_open_WebSocket()
    {
        await using var gateway = await ScriptedGateway.StartAsync(async instance =>
        {
            await instance.ReadToAsync(EndOfHead);
            await instance.SendAsync(Ok);
            await instance.ReadToEndAsync();
        });
        using var socket = new ClientWebSocket();
        socket.Options.HttpVersion = HttpVersion.Version20;
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false });
        await Should.ThrowAsync<WebSocketException>(() => socket.ConnectAsync(new Uri($"ws://{gateway.Address}/"), invoker, TestContext.Current.CancellationToken));
        gateway.Sample().ShouldBe((1, 0));
    }

    [Fact]
    public async Task Repeated_fields_stay_apart_and_interim_answers_stay_behind()
    {
        await using var gateway = await ScriptedGateway.StartAsync(async instance =>
        {
            await instance.ReadToAsync(EndOfHead);
            await instance.SendAsync("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 Fine\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nConnection: X-Hop\r\nX-Hop: 1\r\nContent-Length: 0\r\n\r\n");
        });
        var answer = await gateway.AskAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        answer.ShouldStartWith("HTTP/1.1 200 Fine");
        answer.ShouldContain("Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n");
        answer.ShouldNotContain("X-Hop");
        answer.ShouldNotContain("Link");
    }
}
