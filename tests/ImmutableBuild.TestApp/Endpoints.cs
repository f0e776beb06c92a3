using System.Globalization;
using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Http.Features;

namespace ImmutableBuild.TestApp;

/// <summary>What the app answers.</summary>
public static class Endpoints
{
    private static int s_posts;
    private static int s_flaps;
    private static int s_requests;

    /// <summary>Adds all endpoints.</summary>
    public static void MapAll(WebApplication app)
    {
        app.Use(MisbehaveAsync);
        app.MapGet("/", () => "hello");
        app.MapGet("/whoami", WhoAmI);
        app.MapGet("/headers", (HttpContext http) => string.Join('\n', http.Request.Headers.Select(field => $"{field.Key}: {field.Value}")));
        app.MapGet("/target/{**rest}", (HttpContext http) => http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);
        app.MapGet("/slow", SlowAsync);
        app.MapGet("/status/{code:int}", (int code) => Results.StatusCode(code));
        app.MapGet("/crash", Crash);
        app.MapGet("/abort", (HttpContext http) => http.Abort());
        app.MapGet("/listen/{port:int}", ListenAsync);
        app.MapGet("/download", DownloadAsync);
        app.MapGet("/broken", BrokenAsync);
        app.MapGet("/sse", EventsAsync);
        app.MapGet("/posts", () => s_posts.ToString(CultureInfo.InvariantCulture));
        app.MapGet("/file/{**path}", (string path) => Results.Text(File.ReadAllText("/" + path)));
        app.MapPut("/file/{**path}", WriteFileAsync);
        app.MapPost("/count", () => Interlocked.Increment(ref s_posts));
        app.MapPost("/count-and-abort", CountAndAbort);
        app.MapPost("/upload", UploadAsync);
        app.MapPost("/echo", EchoAsync);
        app.MapPost("/refuse", () => Results.StatusCode(StatusCodes.Status417ExpectationFailed));
        app.MapPost("/grpc/stream", GrpcStreamAsync);
        app.MapGet("/trailers", TrailersAsync);
        app.Map("/ws", WebSocketAsync);
        if (Behaviour.Health != "missing")
        {
            app.MapGet("/health", HealthAsync);
        }
    }

    private static async Task MisbehaveAsync(HttpContext http, RequestDelegate next)
    {
        var isProbe = http.Request.Path == "/health";
        if (!isProbe && Behaviour.DelayMilliseconds is { } delay)
        {
            await Task.Delay(delay, http.RequestAborted);
        }

        if (!isProbe && Behaviour.ErrorEvery is { } every && Interlocked.Increment(ref s_requests) % every == 0)
        {
            http.Response.StatusCode = StatusCodes.Status500InternalServerError;
            return;
        }

        await next(http);
    }

    private static object WhoAmI() => new
    {
        Generation = Environment.GetEnvironmentVariable("IMMUTABLE_GENERATION"),
        Instance = Environment.GetEnvironmentVariable("IMMUTABLE_INSTANCE"),
        ProcessId = Environment.ProcessId,
        Directory = Environment.CurrentDirectory,
        Temporary = Path.GetTempPath(),
        Variables = Environment.GetEnvironmentVariables().Keys.Cast<string>().Order().ToArray(),
    };

    private static async Task<string> SlowAsync(int ms, CancellationToken cancellationToken)
    {
        await Task.Delay(ms, cancellationToken);
        return $"after {ms} ms";
    }

    private static async Task<IResult> HealthAsync(CancellationToken cancellationToken)
    {
        switch (Behaviour.Health)
        {
            case "unhealthy":
                return Results.StatusCode(StatusCodes.Status500InternalServerError);
            case "hang":
                await Task.Delay(Timeout.Infinite, cancellationToken);
                return Results.Ok();
            case "flap":
                return Interlocked.Increment(ref s_flaps) % 2 == 0 ? Results.StatusCode(StatusCodes.Status500InternalServerError) : Results.Ok();
            default:
                return Results.Ok();
        }
    }

    private static void Crash()
    {
        Console.Error.WriteLine("crashing on request");
        Environment.Exit(Behaviour.CrashCode);
    }

    /// <summary>Listens on one more port, with the same endpoints.</summary>
    private static async Task ListenAsync(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var second = builder.Build();
        MapAll(second);
        await second.StartAsync();
    }

    private static async Task<IResult> WriteFileAsync(string path, HttpContext http)
    {
        try
        {
            await using var file = File.Create("/" + path);
            await http.Request.Body.CopyToAsync(file);
            return Results.Ok();
        }
        catch (Exception fault) when (fault is UnauthorizedAccessException or IOException)
        {
            return Results.Text(fault.Message, statusCode: StatusCodes.Status403Forbidden);
        }
    }

    private static void CountAndAbort(HttpContext http)
    {
        Interlocked.Increment(ref s_posts);
        http.Abort();
    }

    private static async Task DownloadAsync(HttpContext http, long bytes)
    {
        http.Response.ContentLength = bytes;
        var block = new byte[64 * 1024];
        for (var left = bytes; left > 0; left -= block.Length)
        {
            await http.Response.Body.WriteAsync(block.AsMemory(0, (int)Math.Min(left, block.Length)), http.RequestAborted);
        }
    }

    private static async Task BrokenAsync(HttpContext http)
    {
        http.Response.ContentLength = 1000;
        await http.Response.WriteAsync("only this");
        await http.Response.Body.FlushAsync();
        http.Abort();
    }

    private static async Task EventsAsync(HttpContext http, int ms = 100)
    {
        http.Response.ContentType = "text/event-stream";
        for (var i = 0; ; i++)
        {
            await http.Response.WriteAsync($"data: {i}\n\n", http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
            await Task.Delay(ms, http.RequestAborted);
        }
    }

    private static async Task UploadAsync(HttpContext http)
    {
        long bytes = 0;
        var block = new byte[64 * 1024];
        while (await http.Request.Body.ReadAsync(block, http.RequestAborted) is var count and > 0)
        {
            bytes += count;
        }

        await http.Response.WriteAsync(bytes.ToString(CultureInfo.InvariantCulture));
    }

    private static async Task EchoAsync(HttpContext http)
    {
        var block = new byte[64 * 1024];
        while (await http.Request.Body.ReadAsync(block, http.RequestAborted) is var count and > 0)
        {
            await http.Response.Body.WriteAsync(block.AsMemory(0, count), http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
        }
    }

    /// <summary>As a gRPC method that echoes messages: bytes both ways, then a status in the trailers.</summary>
    private static async Task GrpcStreamAsync(HttpContext http)
    {
        http.Response.ContentType = "application/grpc";
        await http.Response.Body.FlushAsync(http.RequestAborted);
        await EchoAsync(http);
        http.Response.AppendTrailer("grpc-status", "0");
    }

    private static async Task TrailersAsync(HttpContext http)
    {
        await http.Response.WriteAsync("body");
        if (http.Response.SupportsTrailers())
        {
            http.Response.AppendTrailer("x-checksum", "42");
        }
    }

    private static async Task WebSocketAsync(HttpContext http)
    {
        if (!http.WebSockets.IsWebSocketRequest)
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        using var socket = await http.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[64 * 1024];
        while (await socket.ReceiveAsync(buffer, http.RequestAborted) is { MessageType: not WebSocketMessageType.Close } message)
        {
            await socket.SendAsync(buffer.AsMemory(0, message.Count), message.MessageType, message.EndOfMessage, http.RequestAborted);
        }

        Console.WriteLine($"websocket closed with {(int?)socket.CloseStatus}");
        await socket.CloseOutputAsync(socket.CloseStatus ?? WebSocketCloseStatus.NormalClosure, null, http.RequestAborted);
    }
}
