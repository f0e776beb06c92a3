using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using ImmutableBuild.LoadGenerator;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ImmutableBuild.Tests.LoadGenerator;

public sealed class OpenLoopLoadTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_request_is_counted_as_success_or_with_its_reason()
    {
        var answered = 0;
        await using var server = await ServeAsync(context =>
        {
            context.Response.StatusCode = Interlocked.Increment(ref answered) % 10 == 0 ? 503 : 200;
            return context.Response.WriteAsync("hello");
        });

        var result = await RunAsync(server, requests: 50, new LoadOptions { Check = response => response.Body == "hello" ? null : "wrong body" });

        result.Sent.ShouldBe(answered);
        result.Failures["status 503"].ShouldBe(answered / 10);
        result.Failed.ShouldBe(answered / 10);
        result.Succeeded.ShouldBe(answered - (answered / 10));
        result.Latencies.Length.ShouldBe(answered);
    }

    [Fact]
    public async Task An_answer_the_check_refuses_has_failed()
    {
        await using var server = await ServeAsync(context => context.Response.WriteAsync("one"));

        var result = await RunAsync(server, requests: 5, new LoadOptions { Check = response => response.Body == "two" ? null : $"got {response.Body}" });

        result.Succeeded.ShouldBe(0);
        result.Failures["got one"].ShouldBe(result.Sent);
    }

    [Fact]
    public async Task A_chunked_answer_is_read_whole()
    {
        await using var server = await ServeAsync(async context =>
        {
            for (var part = 0; part < 3; part++)
            {
                await context.Response.WriteAsync($"part{part};");
                await context.Response.Body.FlushAsync();
            }
        });

        var result = await RunAsync(server, requests: 5, new LoadOptions { Check = response => response.Body == "part0;part1;part2;" ? null : response.Body });

        result.Failures.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_connection_closed_under_a_request_is_a_failure_and_is_not_sent_again()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var accepted = 0;
        var serve = Task.Run(async () =>
        {
            while (true)
            {
                using var socket = await listener.AcceptSocketAsync(Cancellation);
                accepted++;
                await socket.ReceiveAsync(new byte[1024], Cancellation);
            }
        }, Cancellation);

        await using var load = await OpenLoopLoad.StartAsync(new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/"), 20, cancellationToken: Cancellation);
        await UntilAsync(() => load.Failed >= 3);
        var result = await load.StopAsync();
        listener.Stop();
        await serve.ShouldThrowAsync<Exception>();

        result.Succeeded.ShouldBe(0);
        result.Failures.Keys.ShouldBe(["connection closed before the answer"]);
        accepted.ShouldBe((int)result.Sent);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_connection_is_used_again_unless_it_was_idle_for_long(bool tooLong)
    {
        var connections = new ConcurrentDictionary<string, int>();
        await using var server = await ServeAsync(context =>
        {
            connections.AddOrUpdate(context.Connection.Id, 1, (_, count) => count + 1);
            return context.Response.WriteAsync("hello");
        });

        var result = await RunAsync(server, requests: 50, new LoadOptions { MaxConnections = 1, IdleTimeout = tooLong ? TimeSpan.Zero : TimeSpan.FromHours(1) });

        result.Failures.ShouldBeEmpty();
        connections.Count.ShouldBe(tooLong ? (int)result.Sent : 1);
    }

    [Fact]
    public async Task Nobody_listening_is_a_failure_of_every_request()
    {
        using var taken = new Socket(SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));

        await using var load = await OpenLoopLoad.StartAsync(new Uri($"http://127.0.0.1:{((IPEndPoint)taken.LocalEndPoint!).Port}/"), 50, cancellationToken: Cancellation);
        await UntilAsync(() => load.Failed >= 3);
        var result = await load.StopAsync();

        result.Failures.Keys.ShouldBe(["socket: ConnectionRefused"]);
        result.Failed.ShouldBe(result.Sent);
    }

    [Fact]
    public async Task A_stall_shows_as_latency_of_every_request_that_was_due_meanwhile()
    {
        var stall = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await ServeAsync(async context =>
        {
            await stall.Task;
            await context.Response.WriteAsync("late");
        });

        var starting = OpenLoopLoad.StartAsync(server.Address, 200, cancellationToken: Cancellation);
        await UntilAsync(() => server.InFlight >= 20);
        stall.SetResult();
        await using var load = await starting;
        var result = await load.StopAsync();

        result.Failures.ShouldBeEmpty();
        result.Latencies.Length.ShouldBeGreaterThanOrEqualTo(20);
        // The first was due at 0 ms and the twentieth at 95 ms, and they were answered together.
        result.Quantile(1).ShouldBeGreaterThan(TimeSpan.FromMilliseconds(95));
    }

    [Fact]
    public async Task A_request_without_an_answer_in_time_has_failed()
    {
        await using var server = await ServeAsync(context => Task.Delay(Timeout.Infinite, context.RequestAborted));

        await using var load = await OpenLoopLoad.StartAsync(server.Address, 20, new LoadOptions { Timeout = TimeSpan.FromMilliseconds(200) }, Cancellation);
        var result = await load.StopAsync();

        result.Failures.Keys.ShouldBe(["no answer in 0.2 s"]);
    }

    private static async Task<LoadResult> RunAsync(Server server, int requests, LoadOptions options)
    {
        await using var load = await OpenLoopLoad.StartAsync(server.Address, 200, options, Cancellation);
        await UntilAsync(() => load.Sent >= requests);
        return await load.StopAsync();
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(10, Cancellation);
        }
    }

    private static async Task<Server> ServeAsync(RequestDelegate handler)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = new Server(builder.Build());
        server.App.Run(async context =>
        {
            server.Enter();
            await handler(context);
        });
        await server.App.StartAsync(Cancellation);
        return server;
    }

    private sealed class Server(WebApplication app) : IAsyncDisposable
    {
        private int _entered;

        public WebApplication App => app;

        public Uri Address => new(app.Urls.Single());

        public int InFlight => Volatile.Read(ref _entered);

        public void Enter() => Interlocked.Increment(ref _entered);

        public ValueTask DisposeAsync() => app.DisposeAsync();
    }
}
